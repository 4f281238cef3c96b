"""Real data beside the program: files as they were published, kept outside the repository, read as an import would.

Nouns, one file each: report (what is told and what is wrong), headings (of import sheets), rosters (of
organisations), lists (of gifts). Nothing here knows a file by its name or what it should hold.
"""
