"""What the tests of real hosts share: free ports, small servers, requests, bounded load, processes.

Everything listens on 127.0.0.1, has a limit in time, and is stopped by what started it.
"""
from .client import Client, Connection, Response, request, send
from .echo import EchoServer
from .load import Load
from .ports import free_ports, is_open
from .process import Process, children, descriptors, resident_kib
from .waiting import holds_within, wait_until

SKIP = 77  # the status of a test that cannot run here
