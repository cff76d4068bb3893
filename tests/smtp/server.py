"""A scripted SMTP server for the tests: what it does with a message is written in the recipient's address.

refuse…@      550 at RCPT                          banned…@  as a sender: 550 at MAIL, whoever the recipient is
defer…@       451 at RCPT, always                  defer-once…@     451 at RCPT the first time, then accepted
cut…@         the connection is closed in the middle of DATA
mute…@        the message is taken, and the connection closed before the answer
anything else is accepted

Every message taken is written as NNNN.json in the folder given; every RCPT is a line of attempts.ndjson.
The port is printed on stdout. It ends when its stdin closes, so it never outlives the test that started it.
"""

import argparse
import asyncio
import json
import os
import sys

from aiosmtpd.smtp import SMTP


class Script:
    """The verdicts, and the record of what came in."""

    def __init__(self, folder):
        self.folder = folder
        self.taken = 0
        self.deferred_once = set()

    def attempt(self, recipient, verdict):
        with open(os.path.join(self.folder, "attempts.ndjson"), "a", encoding="utf-8") as attempts:
            attempts.write(json.dumps({"recipient": recipient, "verdict": verdict}) + "\n")

    async def handle_MAIL(self, server, session, envelope, address, options):
        if address.startswith("banned"):
            self.attempt(address, "banned")
            return "550 5.7.1 your messages are not wanted here"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        verdict, answer = self.verdict(address)
        self.attempt(address, verdict)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            envelope.rcpt_options.extend(options)
        return answer

    def verdict(self, address):
        if address.startswith("refuse"):
            return "refused", "550 5.1.1 no such mailbox here"
        if address.startswith("defer-once"):
            if address in self.deferred_once:
                return "accepted", "250 OK"
            self.deferred_once.add(address)
            return "deferred", "451 4.7.1 come back later"
        if address.startswith("defer"):
            return "deferred", "451 4.7.1 come back later"
        return "accepted", "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.record(session, envelope)
        if any(address.startswith("mute") for address in envelope.rcpt_tos):
            server.transport.abort()
        return "250 2.0.0 taken"

    def record(self, session, envelope):
        self.taken += 1
        message = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "mail_options": envelope.mail_options,
            "rcpt_options": envelope.rcpt_options,
            "data": envelope.content.decode("utf-8", "replace"),
        }
        path = os.path.join(self.folder, f"{self.taken:04}.json")
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(message, file)
        os.rename(path + ".part", path)


class Server(SMTP):
    """aiosmtpd with one more behaviour: hanging up in the middle of DATA."""

    async def smtp_DATA(self, arg):
        if any(address.startswith("cut") for address in self.envelope.rcpt_tos):
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            raise ConnectionResetError
        await super().smtp_DATA(arg)


async def serve(folder):
    script = Script(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(script, hostname="smtp.test.invalid", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main():
    arguments = argparse.ArgumentParser(description="Scripted SMTP server for the tests.")
    arguments.add_argument("folder", help="where messages and attempts are recorded")
    asyncio.run(serve(arguments.parse_args().folder))


main()
