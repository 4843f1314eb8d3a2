/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

G_BEGIN_DECLS

/* What others may do with files and directories: nothing. */
#define ANY_POSIX_FILE_MODE      0600
#define ANY_POSIX_READ_ONLY_MODE 0400

/* The few system calls that the store makes, with its rules built in: nothing is opened through a symbolic link, nothing waits
 * for a FIFO, no descriptor outlives an exec, a signal only repeats a call, and none is raised. */

int any_posix_open (int         directory,
                    const char *path,
                    int         flags);

gboolean any_posix_may_reach (guint64 length);

gboolean any_posix_write_all (int           fd,
                              struct iovec *pieces,
                              int           n_pieces);

gssize any_posix_read_once (int     fd,
                            guint8 *buffer,
                            gsize   have,
                            gsize   length);

gssize any_posix_read_all (int     fd,
                           guint8 *buffer,
                           gsize   have,
                           gsize   length);

gssize any_posix_read_at (int      fd,
                          gpointer buffer,
                          gsize    length,
                          guint64  offset);

gboolean any_posix_set_mode (int    fd,
                             mode_t mode);

guint64 any_posix_get_mtime (const struct stat *status);

gboolean any_posix_set_mtime (int         fd,
                              const char *path,
                              guint64     time_ns);

gboolean any_posix_resize (int     fd,
                           guint64 length);

gboolean any_posix_rename_new (int         from_directory,
                               const char *from,
                               int         to_directory,
                               const char *to);

gboolean any_posix_try_lock (int     fd,
                             guint64 start,
                             guint64 length);

void any_posix_unlock (int     fd,
                       guint64 start,
                       guint64 length);

gboolean any_posix_remove_tree (int         directory,
                                const char *path);

void any_posix_set_error (GError    **error,
                          int         saved_errno,
                          const char *what,
                          const char *path);

G_END_DECLS
