"""Papers: certificates, notices, decisions — numbered without gaps, frozen when issued, rendered by a job.

A feature brings its kinds (``kinds.PaperKind``) and issues papers inside its own verbs; number and content are
fixed in that transaction. A job draws the PDF, which is kept with its hash and handed out unchanged ever after.
Anybody who holds a paper can check it under ``/verify``.
"""
