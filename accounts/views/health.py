"""Whether the process lives, and whether it can do its work."""

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
@login_not_required
def livez(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"live": True})


@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready when the database answers and no migration waits. Redis is not asked: pages work without it."""
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return JsonResponse({"ready": waiting == 0, "migrations_waiting": waiting}, status=200 if waiting == 0 else 503)
