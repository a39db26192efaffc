"""Google disavow files: a tolerant reader, a strict writer and what lies between them."""
