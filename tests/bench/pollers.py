"""Pages elsewhere that wait for changes: ``pollers.py ADDRESS TOKEN COUNT``, until it is ended."""

import sys
import threading

import urllib3


def poll(pool: urllib3.PoolManager, address: str, token: str) -> None:
    while True:
        answer = pool.request("GET", f"{address}/api/jobs/long_poll?delta=1&timeout=5&token={token}")
        if answer.status == 200:
            token = answer.json()["token"]


def main() -> None:
    address, token, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    pool = urllib3.PoolManager(maxsize=count, timeout=60)
    pages = [threading.Thread(target=poll, args=(pool, address, token), daemon=True) for _ in range(count)]
    for page in pages:
        page.start()
    sys.stdout.write("waiting\n")
    sys.stdout.flush()
    for page in pages:
        page.join()


main()
