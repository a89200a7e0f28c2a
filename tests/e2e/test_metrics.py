#!/usr/bin/env python3
"""Metrics and health: what the pages say, in a form that Prometheus takes, whatever clients do."""
import json
import shutil
import socket
import subprocess
import unittest

import exposition
from support import BROKEN_PACK, Daemon, item, pack, until

OK_PAGE = """# HELP a_total Something.
# TYPE a_total counter
a_total{x="1"} 1
# HELP h_seconds Something.
# TYPE h_seconds histogram
h_seconds_bucket{le="0.1"} 1
h_seconds_bucket{le="+Inf"} 2
h_seconds_sum 0.3
h_seconds_count 2
"""
BAD_PAGES = (
    ("a_total{", "b_total{"),
    ('a_total{x="1"} 1', 'a_total{x="1"} 1\na_total{x="1"} 1'),
    ('x="1"', 'x="1'),
    ('x="1"', 'le="1"'),
    ("} 1\n# HELP h", "} -1\n# HELP h"),
    ("} 1\n# HELP h", "} one\n# HELP h"),
    ("a_total", "a"),
    ("h_seconds", "h_ms"),
    ("h_seconds", "h_Seconds"),
    ("# TYPE a_total counter\n", ""),
    ("Something.\n# TYPE h", "\n# TYPE h"),
    ('le="+Inf"} 2', 'le="+Inf"} 3'),
    ('le="0.1"} 1', 'le="0.1"} 3'),
    ("h_seconds_sum 0.3\n", ""),
    ("h_seconds_count 2\n", "h_seconds_count 2"),
)


class Checker(unittest.TestCase):
    def test_refuses(self):
        exposition.read(OK_PAGE)
        for old, new in BAD_PAGES:
            with self.subTest(old=old, new=new):
                page = OK_PAGE.replace(old, new)
                self.assertNotEqual(page, OK_PAGE)
                self.assertRaises(exposition.Wrong, exposition.read, page)


def conserved(page):
    return page.value("newstagd_items_received_total") == (
        page.total("newstagd_items_total")
        + page.total("newstagd_items_held")
        + page.value("newstagd_items_in_flight")
    ) and page.total("newstagd_items_rejected_total") == page.value("newstagd_items_total", outcome="rejected")


class Metrics(unittest.TestCase):
    def test_everything_is_there_from_the_start(self):
        with Daemon("output.heartbeat=0") as daemon:
            page = daemon.metrics()
            for name in page.families:
                self.assertTrue(name.startswith("newstagd_"), name)
                self.assertTrue(page.families[name].samples, f"{name} has no series")
            for name, labels in (
                ("newstagd_items_total", {"outcome": "tagged"}),
                ("newstagd_items_rejected_total", {"reason": "not_json"}),
                ("newstagd_feed_messages_total", {"feed": "feed0"}),
                ("newstagd_feed_last_item_timestamp_seconds", {"feed": "feed0"}),
                ("newstagd_rule_hits_total", {"rule": "test.blackout"}),
                ("newstagd_reloads_total", {"result": "refused"}),
                ("newstagd_stage_duration_seconds_count", {"stage": "commit"}),
                ("newstagd_heartbeats_total", {}),
            ):
                self.assertEqual(page.value(name, **labels), 0, name)
            self.assertEqual(len(page.all("newstagd_items_rejected_total")), 13)
            self.assertEqual(page.value("newstagd_ready"), 1)
            self.assertEqual(page.value("newstagd_healthy"), 1)
            self.assertEqual(page.value("newstagd_rules"), 2)
            until(lambda: daemon.metrics().value("newstagd_journal_segments") == 1, "the journal's first look at itself")
            ruleset = daemon.status()["ruleset"]
            self.assertEqual(page.value("newstagd_rules_info", ruleset=ruleset), 1)
            self.assertGreater(page.value("newstagd_process_resident_memory_bytes"), 1 << 20)
            self.assertGreater(page.value("newstagd_process_start_time_seconds"), 1.7e9)
            self.assertGreater(page.value("newstagd_process_open_fds"), 5)

    @unittest.skipUnless(shutil.which("promtool"), "promtool is not installed (package prometheus)")
    def test_promtool(self):
        with Daemon() as daemon:
            text = daemon.metrics().text
            done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_counts(self):
        with Daemon() as daemon:
            push = daemon.pusher()
            for number in range(20):
                push.send(item(number))
            push.send(item(30, "A parley was seen in the city."))
            push.send(item(31, "The concert went well."))
            push.send(b"no json")
            push.send(item(0))  # came before
            while daemon.counters()["received"] < 24 or daemon.counters()["in_flight"]:
                self.assertTrue(conserved(daemon.metrics()))
            page = until(
                lambda: (page := daemon.metrics()).value("newstagd_items_received_total") == 24
                and not page.value("newstagd_items_in_flight")
                and page,
                "24 items on the page",
            )
            self.assertTrue(conserved(page))
            self.assertEqual(page.value("newstagd_items_total", outcome="tagged"), 21)
            self.assertEqual(page.value("newstagd_items_total", outcome="untagged"), 1)
            self.assertEqual(page.value("newstagd_items_total", outcome="filtered"), 1)
            self.assertEqual(page.value("newstagd_items_rejected_total", reason="not_json"), 1)
            self.assertEqual(page.value("newstagd_events_total"), 21)
            self.assertEqual(page.value("newstagd_rule_hits_total", rule="test.blackout"), 21)
            self.assertEqual(page.value("newstagd_rule_hits_total", rule="test.parley"), 1)
            self.assertGreater(page.value("newstagd_rule_last_hit_timestamp_seconds", rule="test.parley"), 1.7e9)
            for stage in ("queue", "classify", "all"):
                self.assertEqual(page.value("newstagd_stage_duration_seconds_count", stage=stage), 24, stage)
            for stage in ("commit", "publish"):
                count = page.value("newstagd_stage_duration_seconds_count", stage=stage)
                self.assertTrue(1 <= count <= 24, stage)
                self.assertGreater(page.value("newstagd_stage_duration_seconds_sum", stage=stage), 0)
            page = until(
                lambda: (page := daemon.metrics()).value("newstagd_journal_head_sequence") == 21
                and page.value("newstagd_feed_messages_total", feed="feed0") == 24
                and page,
                "what the threads tell now and then",
            )
            self.assertGreater(page.value("newstagd_journal_bytes"), 21 * 500)
            self.assertGreater(page.value("newstagd_feed_last_item_timestamp_seconds", feed="feed0"), 1.7e9)

    def test_heartbeat(self):
        with Daemon("output.heartbeat=10ms") as daemon:
            until(lambda: daemon.metrics().value("newstagd_heartbeats_total") > 3, "heartbeats")
            self.assertGreater(daemon.metrics().value("newstagd_heartbeat_timestamp_seconds"), 1.7e9)

    def test_reloads(self):
        """A rule's count goes on over reloads, also over a time without the rule."""
        with Daemon() as daemon:
            push = daemon.pusher()
            push.send(item(1))
            daemon.wait_settled(1)
            self.assertFalse((daemon.write_rules(BROKEN_PACK), daemon.control("reload"))[1]["ok"])
            page = until(
                lambda: (page := daemon.metrics()).value("newstagd_reloads_total", result="refused") and page, "refused"
            )
            self.assertEqual(page.value("newstagd_reload_last_good"), 0)
            self.assertEqual(page.value("newstagd_rules_generation"), 1)
            daemon.write_rules(pack().replace("test.blackout", "test.other"))
            self.assertTrue(daemon.control("reload")["ok"])
            page = until(lambda: (page := daemon.metrics()).value("newstagd_rules_generation") == 2 and page, "done")
            self.assertNotIn((("rule", "test.blackout"),), page.all("newstagd_rule_hits_total"))
            self.assertEqual(page.value("newstagd_reloads_total", result="done"), 1)
            self.assertEqual(page.value("newstagd_reload_last_good"), 1)
            daemon.write_rules(pack())
            self.assertTrue(daemon.control("reload")["ok"])
            push.send(item(2))
            daemon.wait_settled(2)
            until(lambda: daemon.metrics().value("newstagd_rules_generation") == 3, "the third generation")
            self.assertEqual(daemon.metrics().value("newstagd_rule_hits_total", rule="test.blackout"), 2)


class Health(unittest.TestCase):
    def test_ready(self):
        with Daemon() as daemon:
            status, body = daemon.http("/-/ready")
            self.assertEqual((status, json.loads(body)), (200, {"because": [], "ready": True}))
            status, body = daemon.http("/-/healthy")
            self.assertEqual((status, json.loads(body)), (200, {"because": [], "healthy": True}))
            self.assertEqual(daemon.status()["http"], daemon.http_listen)

    def test_not_ready(self):
        with Daemon("feed.0.mode=connect") as daemon:
            status, body = daemon.http("/-/ready")
            self.assertEqual(status, 503)
            self.assertEqual(json.loads(body), {"because": ["feed feed0 is not connected"], "ready": False})
            self.assertEqual(daemon.http("/-/healthy")[0], 200)
            self.assertEqual(daemon.metrics().value("newstagd_ready"), 0)

    def test_off(self):
        with Daemon("http.listen=off") as daemon:
            self.assertIsNone(daemon.status()["http"])
            self.assertFalse((daemon.folder / "http").exists())

    def test_tcp_and_taken(self):
        with Daemon("http.listen=127.0.0.1:0") as daemon:
            place = daemon.status()["http"]
            host, port = place.split(":")
            with socket.create_connection((host, int(port))) as peer:
                peer.sendall(b"GET /-/ready HTTP/1.0\r\n\r\n")
                self.assertIn(b" 200 OK\r\n", peer.recv(1000))
            with Daemon(f"http.listen={place}", start=False) as other:
                status, _, told = other.run()
                self.assertEqual(status, 73)
                self.assertIn("in use", told)
                self.assertIn("--set http.listen=off", told)

    def test_open_to_others_is_told(self):
        with Daemon("http.listen=0.0.0.0:0") as daemon:
            self.assertIn("can be read by other hosts", daemon.log())


class Clients(unittest.TestCase):
    def test_bad_clients_stall_nothing(self):
        """Half requests on hundreds of connections: items go on, and a scraper is answered."""
        with Daemon() as daemon:
            peers = []
            for number in range(300):
                peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                peer.connect(str(daemon.folder / "http"))
                try:
                    peer.sendall((b"GET /metrics HTTP/1.1\r\nX-Slow: ", b"\x16\x03\x01\x02", b"\r\n")[number % 3])
                except OSError:
                    pass  # cut already
                peers.append(peer)
            push = daemon.pusher()
            for number in range(200):
                push.send(item(number))
            daemon.wait_settled(200)
            page = daemon.metrics()
            self.assertGreaterEqual(page.value("newstagd_http_cut_total"), 100)
            self.assertLess(page.value("newstagd_process_open_fds"), 150)
            for peer in peers:
                peer.close()
            self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
