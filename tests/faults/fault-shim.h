/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* A library for LD_PRELOAD that makes one chosen system call on files fail, or ends the process there.
 *
 * What shall happen comes from the environment, so that the program under test does not know of it:
 *
 *   FAULT_SHIM_DIRECTORY   only calls on this directory and on what is below it count; a canonical path
 *   FAULT_SHIM_ACTION      a name of the table in fault-shim.c: eio, enospc, ..., short, kill
 *   FAULT_SHIM_AT          "7": the seventh call that the action applies to; "7+": that one and all that follow; "0": none
 *   FAULT_SHIM_TRACE       if set, a file that takes the names of the calls that the action applies to, one a line
 *
 * Nothing is counted before fault_shim_arm() and after fault_shim_disarm(), which a program finds by dlsym(): what it
 * sets up, and what it looks at afterwards, is spared.
 *
 * The shim uses no GLib, so that it cannot disturb what it watches.
 */

typedef struct
{
  unsigned seen;     /* calls that the action applies to */
  unsigned injected; /* how many of them were made to fail */
  char     call[24]; /* the name of the first of those */
} FaultReport;

void fault_shim_arm (void);
void fault_shim_disarm (FaultReport *report);

typedef void (*FaultShimArmFunc) (void);
typedef void (*FaultShimDisarmFunc) (FaultReport *report);
