"""A made-up web on loopback for `anchorwatch demo`: pages that gain, change, drop and restore links.

`world.py` says which hosts, pages and links exist and what becomes of them, `pages.py` how a page
answers in each state, `history.py` what another tool already knew about them, `web.py` serves them.
"""
