"""Addresses of leads."""

from django.urls import URLPattern, URLResolver, path

from leads.views import follow_ups, imports, lead, leads, statuses

app_name = "leads"
urlpatterns: list[URLPattern | URLResolver] = [
    path("leads/", leads.leads, name="list"),
    path("leads/filters/", leads.filters, name="filters"),
    path("leads/new/", leads.new, name="new"),
    path("leads/new/known/", leads.known, name="known"),
    path("leads/<uuid:lead>/", lead.lead, name="lead"),
    path("leads/<uuid:lead>/edit/", lead.edit, name="edit"),
    path("leads/<uuid:lead>/notes/", lead.notes, name="notes"),
    path("leads/<uuid:lead>/owner/", lead.owner, name="owner"),
    path("leads/<uuid:lead>/tags/", lead.tags, name="tags"),
    path("leads/<uuid:lead>/tags/<uuid:tag>/removal/", lead.untag, name="untag"),
    path("leads/<uuid:lead>/follow-ups/", lead.plan, name="plan"),
    path("leads/<uuid:lead>/status/<uuid:status>/", lead.move, name="move"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="import_new"),
    path("imports/sample.csv", imports.sample, name="import_sample"),
    path("imports/<uuid:batch>/", imports.batch, name="import"),
    path("imports/<uuid:batch>/map/", imports.terms, name="import_map"),
    path("imports/<uuid:batch>/run/", imports.run, name="import_run"),
    path("imports/<uuid:batch>/stop/", imports.stop, name="import_stop"),
    path("imports/<uuid:batch>/undo/", imports.undo, name="import_undo"),
    path("imports/<uuid:batch>/rows/", imports.rows, name="import_rows"),
    path("imports/<uuid:batch>/errors.csv", imports.errors, name="import_errors"),
    path("follow-ups/", follow_ups.follow_ups, name="follow_ups"),
    path("follow-ups/<uuid:follow_up>/done/", follow_ups.done, name="follow_up_done"),
    path("follow-ups/<uuid:follow_up>/cancelled/", follow_ups.cancelled, name="follow_up_cancelled"),
    path("follow-ups/<uuid:follow_up>/reopening/", follow_ups.reopening, name="follow_up_reopening"),
    path("follow-ups/<uuid:follow_up>/snooze/", follow_ups.snooze, name="follow_up_snooze"),
    path("settings/statuses/", statuses.statuses, name="statuses"),
    path("settings/statuses/new/", statuses.status, name="status_new"),
    path("settings/statuses/<uuid:status>/", statuses.status, name="status"),
]
