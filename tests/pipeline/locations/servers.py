"""Real servers on 127.0.0.1 over one folder: S3, SFTP and HTTP. Each is `with x_server(folder) as entry`, where entry
is the [source.….location] table that reaches it; credentials are in the environment under PLACE_…"""

import base64
import hashlib
import http.server
import os
import socket
import stat
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import paramiko

BUCKET = "exports"
USER, PASSWORD = "guiyi", "not-a-real-password"
ENVIRONMENT = {
    "PLACE_USERNAME": USER, "PLACE_PASSWORD": PASSWORD, "PLACE_ACCESS_KEY": USER, "PLACE_SECRET_KEY": PASSWORD,
}  # fmt: skip


@contextmanager
def folder_server(folder: Path):
    """A folder that is mounted here."""
    yield {"url": str(folder)}, lambda: None


@contextmanager
def s3_server(folder: Path):
    """An S3 store; calling the second value uploads the folder as it is now."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=USER, aws_secret_access_key=PASSWORD, region_name="us-east-1"
    )
    httpx.post(f"{endpoint}/moto-api/reset")  # what it holds outlives a server of the same process
    client.create_bucket(Bucket=BUCKET)

    def upload() -> None:
        kept = {}
        for path in (each for each in folder.rglob("*") if each.is_file()):
            key = f"shop/{path.relative_to(folder).as_posix()}"
            kept[key] = path.read_bytes()
        known = {each["Key"]: each["ETag"] for each in client.list_objects_v2(Bucket=BUCKET).get("Contents", [])}
        for key, content in kept.items():
            if known.get(key) != f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"':
                client.put_object(Bucket=BUCKET, Key=key, Body=content)

    try:
        yield (
            {"url": f"s3://{BUCKET}/shop", "credentials": "env:PLACE", "endpoint": endpoint, "region": "us-east-1"},
            upload,
        )
    finally:
        client.close()
        server.stop()


@contextmanager
def http_server(folder: Path):
    """A web server that lists its folders as pages of links, behind a password."""
    wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

        def send_head(self):
            if self.headers.get("Authorization") != wanted:
                self.send_error(401)
                return None
            return super().send_head()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield {"url": f"http://127.0.0.1:{server.server_port}", "credentials": "env:PLACE"}, lambda: None
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Accounts(paramiko.ServerInterface):
    def check_auth_password(self, username, password):
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (USER, PASSWORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind, chanid):
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username):
        return "password"


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server, *args, root: Path, **kwargs):
        super().__init__(server, *args, **kwargs)
        self.root = root

    def _path(self, path):
        return self.root / path.lstrip("/")

    def list_folder(self, path):
        try:
            return [
                paramiko.SFTPAttributes.from_stat(each.stat(), each.name) for each in sorted(self._path(path).iterdir())
            ]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def stat(self, path):
        try:
            return paramiko.SFTPAttributes.from_stat(self._path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path, flags, attr):
        if flags & (os.O_WRONLY | os.O_RDWR):
            return paramiko.SFTP_PERMISSION_DENIED
        try:
            file = self._path(path).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        assert stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = file
        return handle


@contextmanager
def sftp_server(folder: Path):
    """An SSH server that gives files out and takes none."""
    key = paramiko.ECDSAKey.generate()
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, root=folder)
            transports.append(transport)
            try:
                transport.start_server(server=_Accounts(), event=threading.Event())
            except paramiko.SSHException:
                transport.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    port = listener.getsockname()[1]
    try:
        yield {"url": f"sftp://127.0.0.1:{port}/", "credentials": "env:PLACE", "host_key": fingerprint}, lambda: None
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for transport in transports:
            transport.close()


SERVERS = {"folder": folder_server, "s3": s3_server, "sftp": sftp_server, "http": http_server}
