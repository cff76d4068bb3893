"""An S3 server for one test program: moto, on a free loopback port, which it prints. It ends when its input closes."""

import logging
import sys

from moto.moto_server.threaded_moto_server import ThreadedMotoServer

# One line a request would drown what a failing test says.
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
