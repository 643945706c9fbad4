"""`python -m jini.local`: the zero-install run, and commands beside throw-away servers."""

import argparse
import sys

from jini.local import run, with_services


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m jini.local", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    running = actions.add_parser("run", help="start everything, until Ctrl-C")
    running.add_argument("--follow-parent", action="store_true", help="stop when the caller (make) is killed")
    beside = actions.add_parser("with-services", help="run a command beside throw-away PostgreSQL and Valkey")
    beside.add_argument("--durable", action="store_true", help="keep fsync on, for measurements of real commits")
    beside.add_argument("command", nargs=argparse.REMAINDER, help="after `--`")
    options = parser.parse_args()
    if options.action == "run":
        return run.run(follow_parent=options.follow_parent)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("with-services needs a command")
    return with_services.run(command, durable=options.durable)


if __name__ == "__main__":
    sys.exit(main())
