"""附件 over HTTP: put and fetched by digest, and what a project's documents lack."""

from shared.web.attachments.download import router as downloads
from shared.web.attachments.listing import router as listing
from shared.web.attachments.upload import router as uploads

ROUTERS = (uploads, downloads, listing)
"""The same in every service that decides."""
