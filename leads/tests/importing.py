"""Imports for tests: files as others save them, and the wizard's steps without its pages."""

import io
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Membership
from jini.lib.work import handler_of
from leads.actions import importing
from leads.importing import sandbox
from leads.models import ImportBatch, LeadFile
from privacy.models import ExportPart

OPTIONS: dict[str, Any] = {"duplicates": "skip", "source": "", "legal_ground": "unknown", "owners": [], "tags": []}


@pytest.fixture
def storage(monkeypatch, tmp_path) -> FileSystemStorage:
    """Files of imports, of leads and of copies in a folder of the test."""
    storage = FileSystemStorage(location=tmp_path)
    for model in (ImportBatch, LeadFile, ExportPart):
        monkeypatch.setattr(model._meta.get_field("file"), "storage", storage)
    return storage


def upload(content: bytes | str, by: Membership, name: str = "leads.csv") -> ImportBatch:
    """Accept a file and have it read."""
    data = content.encode() if isinstance(content, str) else content
    kind = sandbox.kind_of(io.BytesIO(data), len(data))
    batch = importing.accept_file(SimpleUploadedFile(name, data), kind=kind, by=by)
    return step(importing.READ, batch)


def step(task: str, batch: ImportBatch) -> ImportBatch:
    handler_of(task).run(batch.organisation, batch.pk)
    return ImportBatch.objects.get(pk=batch.pk)


def look(batch: ImportBatch, *, mapping: dict[int, str] | None = None, **options: Any) -> ImportBatch:
    """Map the columns, as they were guessed if nothing is said, and look ahead."""
    mapping = mapping or {int(column): field for column, field in batch.mapping.items()}
    importing.set_terms(batch, mapping, OPTIONS | options, by=batch.created_by)
    return step(importing.PREVIEW, batch)


def run(batch: ImportBatch) -> ImportBatch:
    importing.start_run(batch, by=batch.created_by)
    return step(importing.RUN, batch)


def import_list(content: bytes | str, by: Membership, **options: Any) -> ImportBatch:
    """All of it: upload, map as guessed, look ahead, run."""
    return run(look(upload(content, by), **options))
