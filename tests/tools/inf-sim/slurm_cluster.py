"""A Slurm cluster of this machine alone: munged, slurmctld and slurmd in a private folder, on free ports, with a key of their own.

Debian's packages slurm-wlm and munge are all that is needed; neither systemd, nor cgroups, nor root: an ordinary user gets a cluster that
runs jobs of that user.
"""
import contextlib
import ctypes
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG

CONFIG = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=10
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
ReturnToService=2
MinJobAge=3600
KillWait=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


class Unavailable(Exception):
    """There can be no cluster here; the message says why."""


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def end_with_parent():
    ctypes.CDLL(None).prctl(DEATH_SIGNAL, signal.SIGKILL)


def processes():
    """Id, environment and command line of each process that may be looked at."""
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                environment = (folder / "environ").read_bytes().decode(errors="replace").split("\0")
                yield int(folder.name), environment, (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]


def parent_of(process):
    stat = pathlib.Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    return int(stat.rsplit(")", 1)[1].split()[1])


class Cluster:
    """Use as `with Cluster(folder) as cluster`; whatever happens, its daemons and jobs end with it.

    `user`: a name, if not that of this process; only root can take another.
    """

    def __init__(self, folder, user=None):
        self.folder = pathlib.Path(folder)
        self.account = pwd.getpwnam(user) if user else pwd.getpwuid(os.getuid())
        self.config = self.folder / "slurm.conf"
        self.environment = {"PATH": PATH, "SLURM_CONF": str(self.config), "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        for keep in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            if keep in os.environ:
                self.environment[keep] = os.environ[keep]
        self.daemons = []

    def as_user(self):
        if self.account.pw_uid == os.getuid():
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def own(self, path):
        if self.account.pw_uid != os.getuid():
            os.chown(path, self.account.pw_uid, self.account.pw_gid)

    def start(self, *command):
        log = open(self.folder / (pathlib.Path(command[0]).name + ".out"), "wb")
        self.daemons.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                             preexec_fn=end_with_parent, **self.as_user()))
        log.close()

    def run(self, *command, check=True, **options):
        """What the command says on standard output."""
        done = subprocess.run([str(word) for word in command], env=self.environment, capture_output=True, text=True, check=False, timeout=300,
                              **self.as_user(), **options)
        if check and done.returncode != 0:
            raise RuntimeError(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def wait(self, what, condition, seconds, interval=0.1):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            if any(daemon.poll() is not None for daemon in self.daemons):
                raise Unavailable(f"a daemon ended while waiting for {what}\n{self.logs()}")
            time.sleep(interval)
        raise RuntimeError(f"no {what} within {seconds} s\n{self.logs()}")

    def logs(self):
        parts = []
        for file in sorted([*self.folder.glob("*.log"), *self.folder.glob("*.out")]):
            text = file.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
            parts += [f"-- {file.name}", *text]
        return "\n".join(parts)

    def __enter__(self):
        missing = [name for name in ("munged", "slurmctld", "slurmd", "sbatch", "squeue") if not shutil.which(name, path=PATH)]
        if missing:
            raise Unavailable(f"{', '.join(missing)} not installed (Debian's slurm-wlm and munge)")
        try:
            self.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def boot(self):
        for folder in (self.folder, self.folder / "state", self.folder / "spool"):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o755)
            self.own(folder)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        self.own(key)
        controller_port, node_port = free_ports(2)
        cpus = len(os.sched_getaffinity(0))
        self.config.write_text(CONFIG.format(host=socket.gethostname().split(".")[0], controller_port=controller_port, node_port=node_port,
                                             user=self.account.pw_name, folder=self.folder, cpus=cpus), encoding="utf-8")
        (self.folder / "cgroup.conf").write_text("IgnoreSystemd=yes\n", encoding="utf-8")
        names = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid", "log-file": "munged.log", "seed-file": "munge.seed"}
        self.start("munged", "--foreground", "--force", *(f"--{option}={self.folder / name}" for option, name in names.items()))
        self.wait("socket of munged", (self.folder / "munge.socket").exists, 20)
        self.start("slurmctld", "-D")
        self.start("slurmd", "-D")
        self.wait("idle node", lambda: self.run("sinfo", "--noheader", "--format=%t", check=False).strip() == "idle", 60)

    def jobs(self):
        """Lines "id state" of jobs that are not done."""
        return self.run("squeue", "--noheader", "--all", "--format=%i %T").splitlines()

    def processes(self):
        mark = f"SLURM_CONF={self.config}"
        return [(process, environment, command) for process, environment, command in processes() if mark in environment]

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.run("scancel", "--full", "--signal=KILL", f"--user={self.account.pw_name}", check=False)
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in self.daemons:
            with contextlib.suppress(subprocess.TimeoutExpired):
                daemon.wait(10)
        end = time.monotonic() + 10
        while (left := [process for process, _, _ in self.processes() if process != os.getpid()]) and time.monotonic() < end:
            for process in left:
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.1)
