"""Evidence files: what people hand in, checked by content, encrypted on disk, shown to those who may see it.

Rows stand in the database, bytes outside it under their content's address. Bytes are written before the
transaction (``evidence.receive``), the row inside it (``evidence.keep``); bytes without a row are swept up by
a job. Which feature a file belongs to decides who may read it (``access``).
"""
