/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* A library for LD_PRELOAD that lets a program see other times: those of older kernels, simpler file systems, distant machines.
 *
 * What it sees comes from the environment; what is not set is left alone:
 *
 *   TIME_SHIM_TICK     ns: the kernel's coarse clock and the times of files go in such steps (4000000: Linux before 6.13)
 *   TIME_SHIM_GRAIN    ns: the times of files alone go in such steps (1000000000: ext4 with small inodes)
 *   TIME_SHIM_AHEAD    ns: the clocks of programs are ahead of those that date files, or behind where it is negative
 *   TIME_SHIM_SYSTEM   all file systems are of this type (26985: NFS)
 *
 * A program that finds time_shim_set_ahead() by dlsym() can set its clocks while it runs.
 *
 * The shim uses no GLib, so that it cannot disturb what it watches.
 */

void time_shim_set_ahead (long long ns);

typedef void (*TimeShimSetAheadFunc) (long long ns);
