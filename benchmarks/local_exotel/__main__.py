import sys
import time

from benchmarks.local_exotel.company import LocalExotel
from benchmarks.local_exotel.serving import serving


def main() -> None:
    with serving(LocalExotel(), int(sys.argv[1]) if len(sys.argv) > 1 else 9114) as address:
        print(f"An Exotel of our own answers at {address} until Ctrl+C.")
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
