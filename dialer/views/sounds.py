"""Giving out a sound, or the part of it that a player or a provider asks for."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponseBase

from jini.lib.byte_ranges import INERT, file_in_parts

ENDINGS = {"audio/wav": "wav", "audio/mpeg": "mp3"}


def given(request: HttpRequest, path: str, *, name: str, size: int, sha256: str, content_type: str) -> HttpResponseBase:
    """Answer with the file at `path`, which is called `name` without an ending; raise 404 when it is gone."""
    headers = INERT | {"Content-Disposition": f'inline; filename="{name}.{ENDINGS[content_type]}"'}
    try:
        return file_in_parts(request, Path(path), size=size, etag=sha256, content_type=content_type, headers=headers)
    except FileNotFoundError as missing:
        raise Http404 from missing
