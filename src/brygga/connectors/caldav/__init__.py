"""Any calendar server that speaks CalDAV: Nextcloud, Radicale, Fastmail, iCloud and others."""
