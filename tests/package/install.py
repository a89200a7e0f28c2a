#!/usr/bin/env python3
"""`cmake --install` honours DESTDIR and the prefix, and puts everything where it belongs.

usage: install.py BUILD_FOLDER
example: tests/package/install.py build/dev
"""
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv.pop(1)).resolve()


def names(folder, pattern="*.yaml"):
    return {path.name for path in (ROOT / folder).glob(pattern)}


def wanted(lib):
    """Below the prefix."""
    packages = ("newstagd", "libnewstag0", "libnewstag-dev", "python3-newstag", "newstag-rss")
    return (
        {"sbin/newstagd", "bin/newstag", "include/newstag.h", "lib/python3/dist-packages/newstag.py"}
        | {f"{lib}/{name}" for name in ("libnewstag.a", "libnewstag.so", "libnewstag.so.0", "libnewstag.so.0.1.0", "pkgconfig/newstag.pc")}
        | {f"lib/systemd/system/{name}.service" for name in ("newstagd", "newstagd@", "newstag-rss")}
        | {"bin/newstag-rss", "share/doc/newstag-rss/examples/feeds.txt"}
        | {"lib/sysusers.d/newstagd.conf", "lib/tmpfiles.d/newstagd.conf"}
        | {f"share/newstagd/{part}/{name}" for part in ("rules", "entities") for name in names(f"config/{part}")}
        | {f"share/doc/{name}/{part}" for name in packages for part in ("copyright", "changelog.gz")}
        | {f"share/doc/newstagd/{name}" for name in ("README.md", "rules.md", "operating.md", "examples/feed.jsonl", "examples/open.conf")}
        | {f"share/doc/newstagd/examples/subscribers/{name}" for name in names("scripts/examples", "*.*")}
        | {f"share/doc/newstagd/examples/monitoring/{name}" for name in names("config/monitoring", "*.[yj]*")}
        | {f"share/man/man{page.suffix[1:]}/{page.name}" for page in (ROOT / "daemon/man").glob("*.[1-8]")}
        | {"share/bash-completion/completions/newstag", "share/zsh/vendor-completions/_newstag"}
        | {"share/fish/vendor_completions.d/newstag.fish"}
    )


def install(root, prefix):
    subprocess.run(["cmake", "--install", str(BUILD), "--prefix", prefix], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "DESTDIR": root})


def files(root):
    return {str(path.relative_to(root)) for path in pathlib.Path(root).rglob("*") if path.is_symlink() or path.is_file()}


class Install(unittest.TestCase):
    def check(self, prefix):
        old = os.umask(0o022)
        self.addCleanup(os.umask, old)
        with tempfile.TemporaryDirectory(prefix="nt-") as root:
            install(root, prefix)
            lib = subprocess.run(["sed", "-n", "s/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p", str(BUILD / "CMakeCache.txt")],
                                 capture_output=True, text=True, check=True).stdout.strip()
            want = {f"{prefix[1:]}/{name}" for name in wanted(lib)} | {"etc/newstagd/newstagd.yaml"}
            self.assertEqual(files(root), want)
            self.assertTrue(pathlib.Path(root, "etc/newstagd/rules.d").is_dir())
            self.check_contents(pathlib.Path(root), prefix)
            self.check_modes(pathlib.Path(root))
            flags = subprocess.run(["pkg-config", "--cflags", "--libs", "newstag"], capture_output=True, text=True, check=True,
                                   env={**os.environ, "PKG_CONFIG_PATH": f"{root}{prefix}/{lib}/pkgconfig",
                                        "PKG_CONFIG_ALLOW_SYSTEM_CFLAGS": "1", "PKG_CONFIG_ALLOW_SYSTEM_LIBS": "1"}).stdout
            include = next(word[2:] for word in flags.split() if word.startswith("-I"))
            self.assertTrue(pathlib.Path(include, "newstag.h").is_file(), flags)

    def check_contents(self, root, prefix):
        unit = (root / prefix[1:] / "lib/systemd/system/newstagd.service").read_text()
        self.assertIn(f"\nExecStart={prefix}/sbin/newstagd --config /etc/newstagd/newstagd.yaml\n", unit)
        self.assertIn(f"\nExecReload={prefix}/bin/newstag reload", unit)
        unit_rss = (root / prefix[1:] / "lib/systemd/system/newstag-rss.service").read_text()
        self.assertIn(f"\nExecStart={prefix}/bin/newstag-rss --feeds /etc/newstagd/feeds.txt ", unit_rss)
        conf = (root / "etc/newstagd/newstagd.yaml").read_text()
        self.assertIn(f"    - {prefix}/share/newstagd/rules\n", conf)
        if prefix == "/usr":
            self.assertEqual(conf, (ROOT / "config/newstagd.yaml").read_text())
            self.assertEqual(unit, (ROOT / "systemd/newstagd.service").read_text())
        # It is a configuration that the installed program takes, and its packs are good.
        program = root / prefix[1:] / "bin/newstag"
        shown = subprocess.run([program, "config", "--config", root / "etc/newstagd/newstagd.yaml", "--no-comments"],
                               capture_output=True, text=True, check=True).stdout
        self.assertIn(f"{prefix}/share/newstagd/rules", shown)
        subprocess.run([program, "check", root / prefix[1:] / "share/newstagd/rules", root / prefix[1:] / "share/newstagd/entities"],
                       check=True, capture_output=True)

    def check_modes(self, root):
        for path in root.rglob("*"):
            mode = stat.S_IMODE(path.lstat().st_mode)
            if path.is_symlink():
                continue
            program = path.is_dir() or path.name in ("newstagd", "newstag", "newstag-rss") and path.parent.name in ("bin", "sbin")
            if ".so." in path.name:
                self.assertEqual(mode & ~0o111, 0o644, path)
            else:
                self.assertEqual(mode, 0o755 if program else 0o644, path)

    def test_usr(self):
        self.check("/usr")

    def test_elsewhere(self):
        self.check("/opt/newstag")


if __name__ == "__main__":
    unittest.main()
