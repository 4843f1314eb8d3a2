/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <anycache-glib/anycache.h>
#include <check.h>

/* What a lookup helper says where nothing is stored; no text has so many words. */
#define MISS (-1)

/* A fresh directory with a cache in it, and a remembered function that counts the words of a file and how often it was asked to. */
typedef struct
{
  char     *directory; /* (owned), removed with the fixture */
  AnyCache *cache;     /* (owned), in the folder "cache" of the directory */
  int       computed;  /* how often a function of the fixture has computed */
} Fixture;

Fixture *fixture_new (void);
void     fixture_free (Fixture *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fixture, fixture_free)

void         fixture_reopen (Fixture *self);
char        *fixture_write (Fixture *self, const char *name, const char *text);
AnyFunction *fixture_define_word_count (Fixture *self, const char *version);

GVariant *path_args (const char *path);
gint64    count_words (AnyFunction *function, const char *path);
gint64    lookup_words (AnyFunction *function, const char *path);
gint64    take_int64 (GVariant *value);

void     settle (const char *path);
char    *read_text (const char *path);
void     write_text (const char *path, const char *text);
gint64   deadline_in_seconds (int seconds);
gboolean poll_until (gint64 deadline);
char    *run_part (const char *part, const char *variable, const char *value, char **errors);
int      run_suite (Suite *suite);
int      run_alone (const TTest *part);
