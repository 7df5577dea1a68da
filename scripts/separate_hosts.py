"""Trains on several hosts of a network with latency and limited bandwidth; the hosts are namespaces of this machine.

sudo python scripts/separate_hosts.py --nodes 2 --latency-ms 1 --mbit 1000 --depth 5 --generation 256 --generations 8
sudo python scripts/separate_hosts.py --nodes 2 --pull 4      # one host's cable is pulled in the fifth generation
sudo python scripts/separate_hosts.py --ports --firewall      # what listens on each host; only listed ports are open

Every host has its own network, processes, name and shared memory. Packets between them pass through this process, which
delays them: the kernel's own emulation (netem) is missing in many systems. The host 10.99.0.1 drives and plays nothing.
`docs/scaling.md` has the results.
"""

from __future__ import annotations

__ends_on_interrupt__ = True  # before the imports, which take a moment
from shirokuro import startup

# isort: split

import argparse
import fcntl
import json
import os
import secrets
import select
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import shirokuro as sk

if TYPE_CHECKING:
    from collections.abc import Iterator

MTU = 1500

_SET_NAME = 0x400454CA
_PACKETS_ONLY = 0x1001  # IFF_TUN | IFF_NO_PI
_SYN, _SYN_ACK = 0x02, 0x12

STORE_BYTES = 100 * 1024 * 1024
"""Size of each host's object store."""

OPEN = range(6379, 6500)
"""The ports that `docs/deployment.md` opens in the firewall."""

PORTS = ["--node-manager-port=6380", "--object-manager-port=6381", "--runtime-env-agent-port=6384"]
PORTS += ["--min-worker-port=6400", "--max-worker-port=6499"]
"""Those of `deploy/ray-cluster.yaml`."""


def launch(command: list[str]) -> subprocess.Popen[str]:
    """Starts a command whose output can be read."""
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 (the system's, Ray's, this script)


def run(*command: str) -> str:
    """Runs a command and returns its output; one argument is split at its spaces.

    Raises:
        RuntimeError: it failed.
    """
    process = launch(list(command) if len(command) > 1 else command[0].split())
    output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}: failed\n{output}")
    return output


@dataclass(slots=True)
class Host:
    """A host: a network namespace with one interface, and a process that holds its other namespaces."""

    number: int
    interface: int = -1
    """The file descriptor of the interface's other end."""
    keeper: subprocess.Popen[str] | None = None
    waiting: deque[tuple[float, Host, bytes]] = field(default_factory=deque)
    """Packets that it has sent, with the times at which they arrive and their receivers."""
    free: float = 0.0
    """The time at which its line can send the next packet."""
    is_cut_off: bool = False
    """Whether its cable is pulled: packets to and from it vanish."""

    @property
    def name(self) -> str:
        """The name of the host and of its namespace."""
        return f"shirokuro-{self.number}"

    @property
    def address(self) -> str:
        """The address in the network."""
        return f"10.99.0.{self.number}"

    def start(self) -> None:
        """Makes the namespaces and the interface."""
        run(f"ip netns add {self.name}")
        self.interface = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        device = f"sk{self.number}"
        fcntl.ioctl(self.interface, _SET_NAME, struct.pack("16sH22x", device.encode(), _PACKETS_ONLY))
        run(f"ip link set {device} netns {self.name}")
        inside = f"ip -n {self.name}"
        run(f"{inside} addr add {self.address}/24 dev {device}")
        run(f"{inside} link set {device} mtu {MTU} up")
        run(f"{inside} link set lo up")
        run(f"{inside} route add default dev {device}")  # Ray finds its own address by it
        script = (
            f"hostname {self.name}; mount -t tmpfs tmpfs /dev/shm; mkdir -p /tmp/ray; mount -t tmpfs tmpfs /tmp/ray; "
            "echo ready; exec sleep infinity"
        )
        command = ["ip", "netns", "exec", self.name, "unshare", "--mount", "--uts", "--ipc", "--pid", "--fork"]
        command += ["--kill-child", "--mount-proc", "sh", "-c", script]
        self.keeper = launch(command)
        assert self.keeper.stdout  # noqa: S101 (for the type checker)
        if self.keeper.stdout.readline() != "ready\n":
            raise RuntimeError(f"{self.name} did not start")

    def command(self, *command: str) -> list[str]:
        """Returns a command that runs another one on the host."""
        assert self.keeper  # noqa: S101 (for the type checker)
        children = Path(f"/proc/{self.keeper.pid}/task/{self.keeper.pid}/children").read_text().split()
        return ["nsenter", "--target", children[0], "--all", "--", *command]

    def end(self) -> None:
        """Ends the host and all of its processes."""
        if self.keeper:
            self.keeper.kill()
            self.keeper.wait()
        with suppress(RuntimeError):
            run(f"ip netns delete {self.name}")
        if self.interface >= 0:
            os.close(self.interface)


class Switch(threading.Thread):
    """The network: passes packets on, each after half of the latency, and no faster than each sender's line."""

    def __init__(self, hosts: list[Host], *, latency: float, bytes_per_second: float, firewall: bool) -> None:
        super().__init__(name="switch", daemon=True)
        self._hosts = {socket.inet_aton(host.address): host for host in hosts}
        self._delay = latency / 2
        self._speed = bytes_per_second
        self._firewall = firewall
        self.refused: set[int] = set()
        """Ports that the firewall has closed to a connection."""
        self.sent = dict.fromkeys((host.number for host in hosts), 0)
        """Bytes by sender."""

    def run(self) -> None:
        """Passes packets on, until the interfaces are closed."""
        senders = {host.interface: host for host in self._hosts.values()}
        while True:
            due = min((host.waiting[0][0] for host in senders.values() if host.waiting), default=None)
            timeout = None if due is None else max(0.0, due - time.monotonic())
            try:
                for interface in select.select(senders, [], [], timeout)[0]:
                    self._take(senders[interface])
            except (OSError, ValueError):
                return
            now = time.monotonic()
            for host in senders.values():
                while host.waiting and host.waiting[0][0] <= now:
                    _, receiver, packet = host.waiting.popleft()
                    if not (host.is_cut_off or receiver.is_cut_off):
                        with suppress(OSError):  # the receiver has ended
                            os.write(receiver.interface, packet)

    def _take(self, sender: Host) -> None:
        with suppress(BlockingIOError):
            while True:
                packet = os.read(sender.interface, 65536)
                receiver = self._hosts.get(packet[16:20])
                if packet[0] >> 4 != 4 or receiver is None:  # noqa: PLR2004 (version 4 of the protocol)
                    continue
                if self._firewall and self._is_refused(packet):
                    continue
                sender.free = max(sender.free, time.monotonic()) + len(packet) / self._speed
                sender.waiting.append((sender.free + self._delay, receiver, packet))
                self.sent[sender.number] += len(packet)

    def _is_refused(self, packet: bytes) -> bool:
        """Checks whether a packet would open a connection to a port that is closed."""
        segment = packet[4 * (packet[0] & 15) :]
        port, is_first = int.from_bytes(segment[2:4]), segment[13] & _SYN_ACK == _SYN
        if packet[9] != socket.IPPROTO_TCP or not is_first or port in OPEN:
            return False
        self.refused.add(port)
        return True


def start_ray(hosts: list[Host], token: str) -> str:
    """Starts Ray on every host, as `deploy/ray-cluster.yaml` does; returns the cluster's address."""
    os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token, "RAY_USAGE_STATS_ENABLED": "0"}
    ray = str(Path(sys.executable).with_name("ray"))
    head = ["--head", "--port=6379", "--num-cpus=0", "--include-dashboard=false"]
    node = [f"--address={hosts[0].address}:6379", "--num-cpus=1"]
    for host in hosts:
        role = head if host is hosts[0] else node
        given = [f"--node-ip-address={host.address}", f"--object-store-memory={STORE_BYTES}", *PORTS]
        run(*host.command(ray, "start", *role, *given))
    return f"{hosts[0].address}:6379"


def drive(address: str, nodes: int, config: sk.TrainConfig, generations: int) -> None:
    """Trains on the cluster and prints a line for each generation; runs on the first host."""
    with sk.RayWorkers(address) as workers:
        if not workers.wait_for_nodes(nodes):
            raise TimeoutError(f"{nodes} nodes did not start")
        trainer, start = sk.Trainer(config, workers=workers), time.perf_counter()

        def show(_: object) -> None:
            nonlocal start
            now = time.perf_counter()
            print(json.dumps({"seconds": now - start, **workers.take_report().line()}), flush=True)
            start = now

        with trainer.observed(show):
            trainer.train_batch(generations * config.generation_games)
        for warning in trainer.warnings:
            print(json.dumps({"warning": warning.message}), flush=True)
        print(json.dumps({"digest": trainer.digest()}), flush=True)


def train(hosts: list[Host], switch: Switch, options: argparse.Namespace, config: sk.TrainConfig) -> Iterator[str]:
    """Trains on the hosts and compares the digest with that of one core."""
    address = start_ray(hosts, secrets.token_hex(32))
    script = [sys.executable, str(Path(__file__).resolve()), *sys.argv[1:], "--drive", address]
    driver = launch(hosts[0].command(*script))
    assert driver.stdout  # noqa: S101 (for the type checker)
    generation, digest, before = 0, "", dict(switch.sent)
    for text in driver.stdout:
        line = json.loads(text)
        if "warning" in line:
            yield f"warning: {line['warning']}"
        digest = line.get("digest", digest)
        if "seconds" not in line:
            continue
        sent = {number: bytes_ - before[number] for number, bytes_ in switch.sent.items()}
        generation, before = generation + 1, dict(switch.sent)
        seen, nodes = line["cluster"], sum(sent.values()) - sent[1]
        yield (
            f"generation {generation}: {line['seconds']:.2f} s, "
            f"{config.generation_games / line['seconds']:.1f} games/s, waited {seen.get('waited', 1):.2f}, "
            f"weights {seen['bytes_sent']:,} and games {seen['bytes_received']:,} bytes; "
            f"on the network {sent[1]:,} from the driver, {nodes:,} from the nodes"
        )
        if options.ports and generation == 1:
            for host in hosts:
                yield f"{host.name}:\n{run(*host.command('ss', '-Hltnp'))}"
        if generation == options.pull:
            threading.Timer(options.after, setattr, (hosts[-1], "is_cut_off", True)).start()
    if driver.wait():
        raise RuntimeError("the driver failed")
    if switch.refused:
        yield f"closed ports that were asked for: {sorted(switch.refused)}"
    alone = sk.Trainer(config)
    start = time.perf_counter()
    alone.train_batch(generation * config.generation_games)
    speed = generation * config.generation_games / (time.perf_counter() - start)
    yield f"one core: {speed:.1f} games/s, {'the same digest' if alone.digest() == digest else 'ANOTHER DIGEST'}"


def main() -> None:
    """Runs what the options ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=2, help="hosts that play, of one core (default: %(default)s)")
    parser.add_argument("--latency-ms", type=float, default=1, help="there and back (default: %(default)s)")
    parser.add_argument("--mbit", type=float, default=1000, help="each host's line (default: %(default)s Mbit/s)")
    parser.add_argument("--depth", type=int, default=5, help="depth in plies (default: %(default)s)")
    parser.add_argument("--delay", type=int, default=0, help="delay in generations (default: %(default)s)")
    parser.add_argument("--generation", type=int, default=256, help="games of a generation (default: %(default)s)")
    parser.add_argument("--generations", type=int, default=6, help="number of generations (default: %(default)s)")
    parser.add_argument("--pull", type=int, metavar="N", help="pull the last host's cable after N generations")
    parser.add_argument("--after", type=float, default=0.5, help="seconds into the next one (default: %(default)s)")
    parser.add_argument("--firewall", action="store_true", help="close the ports that the guide does not open")
    parser.add_argument("--ports", action="store_true", help="list what listens on each host at the end")
    parser.add_argument("--drive", metavar="ADDRESS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    config = sk.TrainConfig(
        depth=options.depth,
        generation_games=options.generation,
        delay_generations=options.delay,
        threads=1,
        seed=1,
    )
    if options.drive:
        return drive(options.drive, options.nodes, config, options.generations)
    if os.geteuid():
        parser.error("only root can make network namespaces")
    hosts = [Host(number) for number in range(1, options.nodes + 2)]
    with ExitStack() as stack:
        for host in hosts:
            stack.callback(host.end)
            host.start()
        switch = Switch(
            hosts, latency=options.latency_ms / 1e3, bytes_per_second=options.mbit * 1e6 / 8, firewall=options.firewall
        )
        switch.start()
        for line in train(hosts, switch, options, config):
            print(line, flush=True)
    return None


if __name__ == "__main__":
    sys.exit(startup.run(main))
