"""qemu-arm as the handler of all ARM programs in an armhf root, so that it can be timed on trees of processes.

qemu-arm passes execve on to the host kernel, which can only go on with an ARM program if binfmt_misc names a handler for
it. Since Linux 6.7 each user namespace has a binfmt_misc of its own: the registration is made in a new namespace, and the
rest of the machine sees nothing of it. Programs run there with the armhf root as their root, since qemu-arm's -L leaves
execve's paths alone. qemu-arm itself is Debian's dynamic one; its libraries are mounted where it looks for them.

A program that ends at once takes as long this way as when qemu-arm is started on it directly (median 10.6 ms both, of 40).
"""
import os
import pathlib
import shutil
import subprocess

# ELF, 32-bit, little-endian, any OS ABI; executable or shared; EM_ARM. F: opened now, so that it need not exist in the
# root; P: argv[0] stays the program's.
registration = (r":qemu-arm:M::\x7fELF\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x28\x00"
                r":\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:{handler}:PF")
libraries = "usr/lib/x86_64-linux-gnu"
setup = """set -e
mount -t binfmt_misc binfmt_misc "$ROOT/mnt"
printf %s "$REGISTRATION" >"$ROOT/mnt/register"
mount --rbind /proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount --bind "/$LIBRARIES" "$ROOT/$LIBRARIES"
mount --bind "/$LIBRARIES" "$ROOT/lib64"
mount --bind "$FOLDER" "$ROOT/mnt"
echo ready
read wait
"""


class QemuRoot:
    """The namespace, which lives as long as a shell in it waits for the end of its input."""

    def __init__(self, root, folder):
        self.root, self.why_not = root, None
        handler = shutil.which("qemu-arm")
        if not handler:
            self.why_not = "qemu-arm is not installed"
            return
        for point in (libraries, "lib64", "mnt"):  # empty folders to mount on
            (pathlib.Path(root) / point).mkdir(parents=True, exist_ok=True)
        env = dict(os.environ, ROOT=root, FOLDER=str(folder), LIBRARIES=libraries,
                   REGISTRATION=registration.format(handler=handler))
        self.shell = subprocess.Popen(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", setup], env=env,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.shell.stdout.readline() != "ready\n":
            self.why_not = self.shell.stderr.read().strip() + " (a binfmt_misc for each user namespace needs Linux 6.7)"

    def enter(self):
        """The words for tests/helpers/measure.c that put a command there; `folder` is /mnt."""
        return ["--enter", self.shell.pid, self.root, "/mnt"]
