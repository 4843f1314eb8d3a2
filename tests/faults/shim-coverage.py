#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Checks that no call on files escapes the fault loop: what the library imports of the C library, the shim takes the place of."""

import argparse
import re
import subprocess
import sys

# All that the C library offers to reach files with, without the suffixes of its variants.
CALLS = '''
    access bind chmod chown close close_range copy_file_range creat dup dup2 dup3 euidaccess faccessat fallocate fchmod fchmodat
    fchown fchownat fcntl fdatasync fdopendir fgetxattr flistxattr flock fopen freopen fremovexattr fsetxattr fstat fstatat fstatfs
    fstatvfs fsync fts_open ftruncate ftw futimens futimes getxattr glob ioctl lchown lgetxattr link linkat llistxattr lockf lseek
    lsetxattr lstat lutimes mkdir mkdirat mkdtemp mkfifo mkfifoat mknod mknodat mkostemp mkstemp mmap msync name_to_handle_at nftw
    open openat opendir posix_fadvise posix_fallocate pread preadv preadv2 pwrite pwritev pwritev2 read readdir readdir_r readlink
    readlinkat readv realpath remove rename renameat renameat2 rmdir scandir sendfile splice stat statfs statvfs statx symlink
    symlinkat sync sync_file_range syncfs syscall tempnam tmpfile tmpnam truncate unlink unlinkat utime utimensat utimes vmsplice
    write writev
'''.split()


def list_symbols(*command):
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {line.split()[-1].split('@')[0] for line in output.splitlines() if line.strip()}


def strip_variant(symbol):
    """Returns the plain name of __open64_2, __read_chk, __xstat64 or fstat64."""
    return re.sub(r'^__x?|(64)?(_chk|_2|_time64)?$', '', symbol)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('nm')
    parser.add_argument('library')
    parser.add_argument('shim')
    arguments = parser.parse_args()

    imported = {symbol for symbol in list_symbols(arguments.nm, '-D', '-u', arguments.library) if strip_variant(symbol) in CALLS}
    replaced = list_symbols(arguments.nm, '-D', '--defined-only', arguments.shim)
    escaping = sorted(imported - replaced)

    print(f'{len(imported)} calls on files: {" ".join(sorted(imported))}')
    if escaping:
        print(f'The shim does not know: {" ".join(escaping)}')
    return 1 if escaping or not imported else 0


if __name__ == '__main__':
    sys.exit(main())
