"""What the program does, one file per flow. Each flow is durable: killed anywhere, it goes on.

pull      a source's listing, page by page, into the store
inbox     webhooks that wait → the records they hint at → the store
publish   one home brought up to date at one receiver, step by step
deliver   one message handed to whoever can send it
"""
