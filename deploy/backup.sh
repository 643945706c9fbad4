#!/usr/bin/env bash
# One dump a night, kept 35 days (docs/operations.md tells how to rehearse the restore).
set -euo pipefail
while true; do
  name="/backups/jini-$(date -u +%Y%m%dT%H%M%SZ).dump"
  pg_dump -Fc -f "$name.part" && mv "$name.part" "$name"
  find /backups -name 'jini-*.dump' -mtime +35 -delete
  sleep 86400
done
