"""Pure translation: a mail → requests, webhooks → what became of mails.

boxes     addresses and plain text
merging   copies of their own, with data
checking  a mail, checked
forms     form data written and read
bodies    a checked mail → form fields
events    webhooks and the list of events
inbound   replies
"""
