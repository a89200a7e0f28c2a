#!/usr/bin/env python3
"""scripts/rss-feed against a web server that is played: politeness, bad feeds, versions, restarts; and into a daemon."""
import gzip
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import zmq
import zmq.auth
from support import DEADLINE_S, Daemon, until

PROGRAM = str(pathlib.Path(__file__).resolve().parents[2] / "scripts/rss-feed")
DATED = "<pubDate>Mon, 09 Mar 2026 08:0{}:00 GMT</pubDate>"


def rss(*items, head="<language>en</language>"):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>{head}{"".join(items)}</channel></rss>'.encode()


def entry(number, text="A blackout hit the city.", guid=None, more=""):
    guid = f"urn:test:{number}" if guid is None else guid
    return (f"<item><title>Item {number}</title><guid isPermaLink='false'>{guid}</guid><link>https://wire.example/{number}</link>"
            f"<description>&lt;p&gt;{text}&lt;/p&gt;</description>{DATED.format(number % 10)}{more}</item>")


class Server(http.server.ThreadingHTTPServer):
    """Answers by `pages`: path -> a function of the request that sends the answer. Notes what was asked."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.asked = {}, []
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self.thread.start()

    def url(self, path):
        return f"http://127.0.0.1:{self.server_port}{path}"

    def put(self, path, body=b"", status=200, **headers):
        self.pages[path] = lambda request: request.answer(status, body, headers)

    def stop(self):
        self.shutdown()
        self.thread.join()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802: the name is http.server's
        self.server.asked.append((self.path, dict(self.headers)))
        self.server.pages.get(self.path, lambda request: request.answer(404, b"", {}))(self)

    def answer(self, status, body, headers, length=None):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass  # the other side has had enough

    def log_message(self, *_):
        pass


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="nt-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.server = Server()
        self.addCleanup(self.server.stop)
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, 0)
        self.pull = self.context.socket(zmq.PULL)
        self.pull.rcvhwm = 0
        self.endpoint = f"ipc://{self.folder}/feed"
        self.pull.bind(self.endpoint)

    def words(self, *words):
        return [sys.executable, PROGRAM, "--state", f"{self.folder}/state", "--host-interval", "0", *words]

    def once(self, *feeds, status=0, words=()):
        """One poll of a fresh process: (the items that came, what it told)."""
        done = subprocess.run(self.words("--once", "--push", self.endpoint, *words, *feeds), capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        items = []
        # All of it was sent before the process ended; the mark comes behind on a connection of its own.
        while self.pull.poll(0 if items and not self.expected(done, items) else 200):
            items.append(json.loads(self.pull.recv()))
        return items, done.stderr

    @staticmethod
    def expected(done, items):
        told = sum(int(line.split()[-2]) for line in done.stderr.splitlines() if line.endswith(" items"))
        return told > len(items)

    def feed(self, *items, path="/feed", **headers):
        self.server.put(path, rss(*items), **headers)
        return self.server.url(path)

    def asked(self, name):
        return [headers.get(name) for _, headers in self.server.asked]


class Reading(Case):
    def test_members(self):
        url = self.feed(entry(1, more="<category>World</category>"))
        (item,), _ = self.once(url)
        version = item.pop("version")
        self.assertGreater(int(version), 0)
        self.assertEqual(item, {
            "id": "urn:test:1", "url": "https://wire.example/1", "title": "Item 1",
            "summary": "<p>A blackout hit the city.</p>", "date_published": "2026-03-09T08:01:00Z", "language": "en",
            "tags": ["World"], "feed_title": "Wire",
        })

    def test_ids(self):
        """A guid that is no URI is its feed's; without one it is the link; without both it is made."""
        url = self.feed(entry(1, guid="17"), entry(2, guid=""), "<item><title>Bare</title></item>")
        first, _ = self.once(url)
        names = {item["title"]: item["id"] for item in first}
        self.assertEqual((names["Item 1"], names["Item 2"]), (f"{url}#17", "https://wire.example/2"))
        self.assertRegex(names["Bare"], "^urn:sha256:[0-9a-f]{64}$")
        (self.folder / "state").unlink()
        again, _ = self.once(url)
        self.assertEqual(names, {item["title"]: item["id"] for item in again})

    def test_oldest_first(self):
        items, _ = self.once(self.feed(entry(3), entry(2), entry(1)))
        self.assertEqual([item["title"] for item in items], ["Item 1", "Item 2", "Item 3"])

    def test_atom(self):
        self.server.put("/atom", b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="uk"><title>A</title><entry>
            <id>tag:a.example,2026:1</id><title type="html">One &amp;amp; &lt;b>two&lt;/b></title>
            <updated>2026-03-09T10:00:00+02:00</updated><content type="text">a &lt; b</content></entry></feed>""")
        (item,), _ = self.once(self.server.url("/atom"))
        self.assertEqual((item["id"], item["title"], item["content_text"], item["language"], item["date_modified"]),
                         ("tag:a.example,2026:1", "One & two", "a < b", "uk", "2026-03-09T08:00:00Z"))

    def test_json_feed(self):
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en", "items": [
            {"id": 5, "content_text": "Text.", "date_published": "2026-03-09T10:00:00+02:00", "tags": ["a", 1]},
            {"id": "urn:x", "title": 7}, "no item", {"id": "urn:y", "content_html": "<p>H</p>", "date_published": "soon"}]}
        self.server.put("/json", json.dumps(feed).encode())
        url = self.server.url("/json")
        items, _ = self.once(url)
        named = {item["id"]: item for item in items}
        self.assertEqual(set(named), {f"{url}#5", "urn:y"})
        self.assertEqual((named[f"{url}#5"]["date_published"], named[f"{url}#5"]["tags"]), ("2026-03-09T08:00:00Z", ["a"]))
        self.assertNotIn("date_published", named["urn:y"])

    def test_file(self):
        path = self.folder / "my feed.xml"
        path.write_bytes(rss(entry(1)))
        items, _ = self.once(str(path))
        self.assertEqual(len(items), 1)

    def test_feeds_file(self):
        one, two = self.feed(entry(1), path="/1"), self.feed(entry(2), path="/2")
        names = self.folder / "feeds"
        names.write_text(f"# two of them\n{one}  interval=10m language=fr # the first\n\n{two}\n")
        items, _ = self.once("--feeds", str(names))
        self.assertEqual({item["title"]: item["language"] for item in items}, {"Item 1": "fr", "Item 2": "en"})
        names.write_text("https://wire.example/a intervall=1m\n")
        _, told = self.once("--feeds", str(names), status=78)
        self.assertIn("feeds:1: 'intervall=1m'", told)


class Polite(Case):
    def test_not_modified(self):
        url = self.feed(entry(1), ETag='"one"', Last_Modified="Mon, 09 Mar 2026 08:00:00 GMT")
        self.once(url)
        self.server.put("/feed", status=304)
        self.assertEqual(self.once(url)[0], [])
        self.assertEqual(self.asked("If-None-Match"), [None, '"one"'])
        self.assertEqual(self.asked("If-Modified-Since"), [None, "Mon, 09 Mar 2026 08:00:00 GMT"])
        self.assertIn("newstag-rss", self.asked("User-Agent")[0])

    def test_retry_after(self):
        """Who says 429 is not asked again before the time is over, nor by a new process."""
        self.server.put("/feed", status=429, Retry_After="3600")
        url = self.server.url("/feed")
        _, told = self.once(url, status=1)
        self.assertIn("HTTP 429", told)
        waits = json.loads((self.folder / "state").read_text())["feeds"][url]["next"] - time.time()
        self.assertGreater(waits, 3500)
        _, told = self.once(url, status=1)
        self.assertIn("not to be asked", told)
        self.assertEqual(len(self.server.asked), 1)

    def test_backoff(self):
        """Twice as long after each error, and no less than half of that."""
        self.server.put("/feed", status=500)
        url, state = self.server.url("/feed"), self.folder / "state"
        for errors in range(1, 4):
            self.once(url, status=1)
            known = json.loads(state.read_text())
            feed = known["feeds"][url]
            self.assertEqual(feed["errors"], errors)
            waits = feed["next"] - time.time()
            self.assertTrue(300 * 2**errors / 2 - 60 < waits <= 300 * 2**errors, waits)
            feed["next"] = 0
            state.write_text(json.dumps(known))
        self.server.put("/feed", rss(entry(1)))
        self.assertEqual(len(self.once(url)[0]), 1)
        self.assertEqual(json.loads(state.read_text())["feeds"][url]["errors"], 0)

    def test_host_interval(self):
        one, two = self.feed(entry(1), path="/1"), self.feed(entry(2), path="/2")
        begun = time.monotonic()
        self.once("--host-interval", "1", one, two)
        self.assertGreaterEqual(time.monotonic() - begun, 1)

    def test_restart_waits_until_due(self):
        """A service that is restarted often does not ask more often."""
        url = self.feed(entry(1))
        self.once(url)
        process = subprocess.Popen(self.words("--push", self.endpoint, url, self.feed(entry(2), path="/2")))
        until(lambda: len(self.server.asked) == 2, "the other feed to be asked")
        process.terminate()
        self.assertEqual(process.wait(DEADLINE_S), 0)
        self.assertEqual([path for path, _ in self.server.asked], ["/feed", "/2"])


class Bad(Case):
    def bad(self, url, told):
        """The bad feed is told, and the one behind it is read."""
        good = self.feed(entry(9), path="/good")
        items, log = self.once(url, good, status=1)
        self.assertEqual([item["title"] for item in items], ["Item 9"])
        self.assertIn(told, log)

    def page(self, body, **headers):
        self.server.put("/bad", body, **headers)
        return self.server.url("/bad")

    def test_cut_short(self):
        self.bad(self.page(rss(entry(1))[:-40]), "not well-formed")

    def test_no_feed(self):
        self.bad(self.page(b"<html><body>Not here</body></html>"), "neither RSS")

    def test_broken_json(self):
        self.bad(self.page(b'{"items": [' + b"[" * 100000), "no JSON")

    def test_no_such_page(self):
        self.bad(self.server.url("/none"), "HTTP 404")

    def test_no_such_file(self):
        self.bad(f"{self.folder}/none.xml", "No such file")

    def test_nobody_listens(self):
        self.bad("http://127.0.0.1:1/feed", "refused")

    def test_huge(self):
        self.bad(self.page(rss(entry(1), f"<!--{'x' * (9 << 20)}-->")), "more than 8 MiB")

    def test_packed_bomb(self):
        body = gzip.compress(rss(entry(1), f"<!--{'x' * (64 << 20)}-->"), 9)
        self.assertLess(len(body), 1 << 20)
        self.bad(self.page(body, Content_Encoding="gzip"), "more than 8 MiB")

    def test_broken_gzip(self):
        self.bad(self.page(gzip.compress(rss(entry(1)))[:-12], Content_Encoding="gzip"), "cut short")

    def test_shorter_than_announced(self):
        self.server.pages["/bad"] = lambda request: request.answer(200, rss(entry(1)), {}, length=1 << 20)
        self.bad(self.server.url("/bad"), "cut short")

    def test_endless_redirect(self):
        self.server.put("/bad", status=302, Location="/bad")
        self.bad(self.server.url("/bad"), "HTTP 302")
        self.assertLess(len(self.server.asked), 20)

    def test_redirect_to_a_file(self):
        (self.folder / "secret.xml").write_bytes(rss(entry(1)))
        self.server.put("/bad", status=302, Location=f"file://{self.folder}/secret.xml")
        self.bad(self.server.url("/bad"), "HTTP 302")

    def test_body_is_no_path(self):
        """An answer that reads like a path is not opened."""
        path = self.folder / "secret.xml"
        path.write_bytes(rss(entry(1)))
        self.bad(self.page(str(path).encode()), "neither RSS")

    def test_stray_ampersand(self):
        """Many feeds have one: the items are read all the same."""
        items, _ = self.once(self.page(rss(entry(1), "<item><title>Ben & Co</title></item>")))
        self.assertEqual({item["title"] for item in items}, {"Item 1", "Ben & Co"})

    def test_damaged_state(self):
        (self.folder / "state").write_text('{"feeds": {"x": 1}}')
        items, told = self.once(self.feed(entry(1)))
        self.assertEqual(len(items), 1)
        self.assertIn("state.damaged", told)

    def test_usage(self):
        for words in ([], ["--nothing"], ["--interval", "x", "f"], ["--bind", "tcp://0.0.0.0:1", "f"], ["--key", "k", "f"]):
            done = subprocess.run([sys.executable, PROGRAM, *words], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 64, done.stderr)


class Versions(Case):
    def test_gzip_and_redirect(self):
        self.server.put("/old", status=301, Location="/new")
        self.server.put("/new", gzip.compress(rss(entry(1))), Content_Encoding="gzip")
        self.assertEqual(len(self.once(self.server.url("/old"))[0]), 1)
        self.assertEqual(self.asked("Accept-Encoding")[0], "gzip")

    def test_restart_sends_nothing_again(self):
        url = self.feed(entry(1), entry(2))
        self.assertEqual(len(self.once(url)[0]), 2)
        self.assertEqual(self.once(url)[0], [])
        self.feed(entry(1), entry(2), entry(3))
        self.assertEqual([item["title"] for item in self.once(url)[0]], ["Item 3"])

    def test_changed_item(self):
        url = self.feed(entry(1), entry(2))
        first = {item["id"]: int(item["version"]) for item in self.once(url)[0]}
        for text in ("Power is back.", "Power is out again."):
            self.feed(entry(1, text=text), entry(2))
            (item,), _ = self.once(url)
            self.assertEqual((item["id"], item["summary"]), ("urn:test:1", f"<p>{text}</p>"))
            self.assertGreater(int(item["version"]), first["urn:test:1"])
            first["urn:test:1"] = int(item["version"])

    def test_dates_alone_are_no_news(self):
        url = self.feed(entry(1, more="<updated>2026-03-09T09:00:00Z</updated>"))
        self.once(url)
        self.feed(entry(1, more="<updated>2026-03-10T09:00:00Z</updated>"))
        self.assertEqual(self.once(url)[0], [])

    def test_lost_state_takes_no_version_back(self):
        url = self.feed(entry(1))
        (old,), _ = self.once(url)
        (self.folder / "state").unlink()
        (new,), _ = self.once(url)
        self.assertEqual(old, new)

    def test_nobody_takes_them(self):
        """Then nothing counts as sent, and the validators are not kept."""
        url = self.feed(entry(1), ETag='"one"')
        self.once(url, status=69, words=("--push", f"ipc://{self.folder}/nobody", "--wait", "0"))
        self.assertEqual(len(self.once(url)[0]), 1)
        self.assertEqual(self.asked("If-None-Match"), [None, None])


class Keys(Case):
    def test_only_who_is_allowed(self):
        for name in ("feed", "friend", "stranger"):
            zmq.auth.create_certificates(self.folder, name)
        allowed = self.folder / "allowed"
        allowed.mkdir()
        (self.folder / "friend.key").rename(allowed / "friend.key")
        url, endpoint = self.feed(entry(1)), f"ipc://{self.folder}/published"
        words = ("--bind", endpoint, "--key", f"{self.folder}/feed.key_secret", "--allow", str(allowed), url)
        for name, status in (("stranger", 69), ("friend", 0)):
            sub = self.context.socket(zmq.SUB)
            sub.curve_publickey, sub.curve_secretkey = zmq.auth.load_certificate(self.folder / f"{name}.key_secret")
            sub.curve_serverkey = zmq.auth.load_certificate(self.folder / "feed.key")[0]
            sub.subscribe("")
            sub.connect(endpoint)
            wait = "2" if status else str(int(DEADLINE_S))
            done = subprocess.run(self.words("--once", "--wait", wait, *words), capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, status, done.stderr)
            if status == 0:
                self.assertTrue(sub.poll(DEADLINE_S * 1000))
                self.assertEqual(json.loads(sub.recv())["id"], "urn:test:1")
            sub.close(0)


class IntoTheDaemon(Case):
    def test_two_feeds_to_events(self):
        """Pushed, by a process that stays: events come, a changed item withdraws the old one's, nothing is rejected."""
        one, two = self.feed(entry(1), path="/1"), self.feed(entry(2, text="A parley began."), path="/2")
        with Daemon() as daemon:
            sub = daemon.subscriber("event.")
            process = subprocess.Popen(self.words("--interval", "1", "--push", daemon.feed_endpoint(), one, two))
            try:
                got = dict((event["subject"], topic) for topic, event in sub.take(2))
                self.assertEqual(got, {"urn:test:1": "event.blackout.ongoing", "urn:test:2": "event.negotiation.ongoing"})
                self.feed(entry(1, text="A parley began."), path="/1")
                topics = [topic for topic, _ in sub.take(2)]
                self.assertEqual(topics, ["event.retracted", "event.negotiation.ongoing"])
            finally:
                process.terminate()
            self.assertEqual(process.wait(DEADLINE_S), 0)
            counters = daemon.wait_settled(3)
            self.assertEqual((counters["tagged"], sum(counters["rejected"].values())), (3, 0))

    def test_published(self):
        """Bound, as the unit does; the daemon subscribes when it comes up, and misses nothing."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            endpoint = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        process = subprocess.Popen(self.words("--bind", endpoint, self.feed(entry(1))))
        try:
            until(lambda: self.server.asked, "the first poll")
            with Daemon(f"feed.0.endpoint={endpoint}", "feed.0.pattern=sub", "feed.0.mode=connect", feeds=0) as daemon:
                daemon.wait_counters(received=1, tagged=1)
        finally:
            process.terminate()
        self.assertEqual(process.wait(DEADLINE_S), 0)


if __name__ == "__main__":
    unittest.main()
