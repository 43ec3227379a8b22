"""Pure translation: a mail → requests, webhooks → what became of mails.

boxes     addresses and plain text
merging   copies of their own, with data
checking  a mail, checked
bodies    a checked mail → request bodies
events    the event webhook
inbound   replies
"""
