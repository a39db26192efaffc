"""Reads the exports of other backlink tools: what is it, and what does each row claim.

`detect(head, file_name)` looks at the first bytes; `read(chunks, detection, site_hosts)` streams
the rows. A file of any size is read in constant memory, and a bad row never stops the file.
"""
