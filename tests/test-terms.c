/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-terms.h"

#include <fcntl.h>
#include <unistd.h>

#include "any-dependencies.h"
#include "any-test-entry.h"
#include "any-test.h"

#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* Longer than anything in here takes; times are told from now. */
#define NEVER G_MININT64

/* A record that was made some time ago, and whose own limit is some time ahead. */
static AnyRecord *
make_record (gint64   created,
             gint64   expires,
             gboolean failure,
             GBytes  *dependencies)
{
  gint64   now = g_get_real_time ();
  AnyFacts facts = {
    .created = now + created,
    .expires = expires == NEVER ? -1 : now + expires,
    .failure = failure,
  };
  g_autoptr (GVariant) value = g_variant_ref_sink (failure ? g_variant_new ("(sis)", "domain", 1, "no") : g_variant_new_int64 (1));
  g_autoptr (GBytes) none = g_bytes_new_static ("", 0);
  g_auto (AnyKey) key = { 0 };
  gsize head_length;

  any_test_key_init (&key, ANY_TEST_NAME, 1);

  return any_codec_seal (&key, dependencies != NULL ? dependencies : none, value, &facts, ANY_CODEC_NEVER_COMPRESS, &head_length);
}

/* The end is the earliest of the record's own and the asker's. */
START_TEST (test_end)
{
  static const struct
  {
    AnyTerms terms;
    gint64   created;
    gint64   expires; /* of its own; -1 for never */
    gboolean failure;
    gint64   end;
  } rows[] = {
    { { .maxage = -1 }, 1000, -1, FALSE, -1 },
    { { .maxage = -1 }, 1000, 1500, FALSE, 1500 },
    { { .maxage = 100 }, 1000, -1, FALSE, 1100 },
    { { .maxage = 100 }, 1000, 1500, FALSE, 1100 },
    { { .maxage = 900 }, 1000, 1500, FALSE, 1500 },
    { { .maxage = 0 }, 1000, -1, FALSE, 1000 },
    { { .maxage = G_MAXINT64 }, 1000, -1, FALSE, -1 },
    /* Of a result, the limit on failures says nothing. */
    { { .maxage = -1, .error_maxage = 100 }, 1000, -1, FALSE, -1 },
    { { .maxage = -1, .error_maxage = 0 }, 1000, 1500, FALSE, 1500 },
    { { .maxage = -1, .error_maxage = 100 }, 1000, -1, TRUE, 1100 },
    { { .maxage = -1, .error_maxage = 0 }, 1000, -1, TRUE, 1000 },
    { { .maxage = 50, .error_maxage = 100 }, 1000, -1, TRUE, 1050 },
    { { .maxage = 0, .error_maxage = 100 }, 1000, -1, TRUE, 1000 },
    { { .maxage = 200, .error_maxage = 100 }, 1000, 1010, TRUE, 1010 },
    { { .maxage = -1, .error_maxage = G_MAXINT64 }, 1000, -1, TRUE, -1 },
    /* The time in which something old may be returned moves no end. */
    { { .maxage = 100, .stale_window = HOUR }, 1000, -1, FALSE, 1100 },
    { { .maxage = -1, .stale_window = HOUR }, 1000, 1500, FALSE, 1500 },
    /* What was made before 1970 ends at once, where it ends. */
    { { .maxage = 100 }, -1000, -1, FALSE, 0 },
    { { .maxage = -1 }, -1000, -1, FALSE, -1 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AnyRecord record = { .facts = { .created = rows[i].created, .expires = rows[i].expires, .failure = rows[i].failure } };

      ck_assert_msg (any_terms_get_end (&rows[i].terms, &record) == rows[i].end, "row %u", i);
    }
}
END_TEST

static const struct
{
  AnyTerms terms;
  gint64   created;
  gint64   expires;
  gboolean failure;
  gboolean over;
  gboolean stale;
} rows[] = {
  { { .maxage = -1 }, -HOUR, NEVER, FALSE, FALSE, FALSE },
  { { .maxage = -1 }, -HOUR, -1, FALSE, TRUE, FALSE },
  { { .maxage = -1 }, -HOUR, HOUR, FALSE, FALSE, FALSE },
  { { .maxage = HOUR }, -HOUR, NEVER, FALSE, TRUE, FALSE },
  { { .maxage = 2 * HOUR }, -HOUR, NEVER, FALSE, FALSE, FALSE },
  { { .maxage = 0 }, -HOUR, NEVER, FALSE, TRUE, FALSE },
  /* The window opens at the end, whosever it is. */
  { { .maxage = -1, .stale_window = HOUR }, -2 * HOUR, -1, FALSE, TRUE, TRUE },
  { { .maxage = -1, .stale_window = HOUR }, -3 * HOUR, -HOUR, FALSE, TRUE, FALSE },
  { { .maxage = -1, .stale_window = 2 * HOUR }, -3 * HOUR, -HOUR, FALSE, TRUE, TRUE },
  { { .maxage = HOUR, .stale_window = HOUR }, -2 * HOUR, NEVER, FALSE, TRUE, FALSE },
  { { .maxage = HOUR, .stale_window = 2 * HOUR }, -2 * HOUR, NEVER, FALSE, TRUE, TRUE },
  { { .maxage = HOUR, .stale_window = 2 * HOUR }, -4 * HOUR, -1, FALSE, TRUE, FALSE },
  { { .maxage = HOUR, .stale_window = G_MAXINT64 }, -100000 * HOUR, NEVER, FALSE, TRUE, TRUE },
  /* Who wants nothing that is stored wants nothing old. */
  { { .maxage = 0, .stale_window = HOUR }, -1, NEVER, FALSE, TRUE, FALSE },
  /* What does not end is not old; nobody asks. */
  { { .maxage = -1, .stale_window = HOUR }, -HOUR, NEVER, FALSE, FALSE, FALSE },
  /* Failures. */
  { { .maxage = -1, .error_maxage = HOUR, .stale_window = HOUR }, -2 * HOUR, NEVER, TRUE, TRUE, FALSE },
  { { .maxage = -1, .error_maxage = 3 * HOUR, .stale_window = HOUR }, -2 * HOUR, NEVER, TRUE, FALSE, FALSE },
  { { .maxage = -1, .error_maxage = 3 * HOUR, .stale_window = HOUR }, -2 * HOUR, -1, TRUE, TRUE, FALSE },
  { { .maxage = -1 }, -1, NEVER, TRUE, TRUE, FALSE },
  /* The clock was set back: an age that cannot be known is too old, and has not run out lately. */
  { { .maxage = HOUR, .stale_window = HOUR }, HOUR, NEVER, FALSE, TRUE, FALSE },
  { { .maxage = -1, .stale_window = HOUR }, HOUR, 2 * HOUR, FALSE, TRUE, FALSE },
  { { .maxage = -1, .error_maxage = HOUR }, HOUR, NEVER, TRUE, TRUE, FALSE },
};

START_TEST (test_ages)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnyRecord) record = make_record (rows[i].created, rows[i].expires, rows[i].failure, NULL);
      AnyMiss miss = any_terms_validate (&rows[i].terms, record, 5);

      ck_assert_msg (any_terms_are_over (&rows[i].terms, record) == rows[i].over, "row %u", i);
      ck_assert_msg (miss == (rows[i].over ? ANY_MISS_EXPIRED : ANY_MISS_NONE), "row %u", i);
      ck_assert_msg (any_terms_allow_stale (&rows[i].terms, record) == rows[i].stale, "row %u", i);
      ck_assert_int_eq (record->validated, rows[i].over ? 0 : 5);
    }
}
END_TEST

static void
write_text (const char *path,
            const char *text)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

  ck_assert_int_eq (write (fd, text, strlen (text)), (int) strlen (text));
  close (fd);
}

/* The files count, however old the record may be, and the age is told first. */
START_TEST (test_files)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "file", NULL);
  g_autoptr (AnyDependencies) dependencies = any_dependencies_new ();
  g_autoptr (GBytes) packed = NULL;
  g_autoptr (AnyRecord) record = NULL;
  const AnyTerms fresh = { .maxage = -1, .stale_window = HOUR };
  const AnyTerms old = { .maxage = HOUR, .stale_window = 2 * HOUR };

  write_text (path, "text");
  any_dependencies_add (dependencies, path);
  ck_assert (any_dependencies_settle (dependencies, NULL));
  packed = any_dependencies_pack (dependencies);
  record = make_record (-2 * HOUR, NEVER, FALSE, packed);

  ck_assert_int_eq (any_terms_validate (&fresh, record, 5), ANY_MISS_NONE);
  ck_assert_int_eq (any_terms_validate (&old, record, 6), ANY_MISS_EXPIRED);
  ck_assert (any_terms_allow_stale (&old, record));

  write_text (path, "another text");
  ck_assert_int_eq (any_terms_validate (&fresh, record, 7), ANY_MISS_OUTDATED);
  ck_assert_int_eq (any_terms_validate (&old, record, 8), ANY_MISS_EXPIRED);
  ck_assert (!any_terms_allow_stale (&old, record));
  ck_assert_int_eq (record->validated, 0);
}
END_TEST

/* A look counts for an interval, and from the floor on. What was not looked at does not count. */
START_TEST (test_earlier_looks)
{
  static const struct
  {
    gint64   interval;
    gint64   validated;
    gint64   floor;
    gint64   now;
    gboolean allowed;
  } looks[] = {
    { 0, 1000, 0, 1000, FALSE },
    { 1, 1000, 0, 1000, TRUE },
    { 1, 1000, 0, 1001, FALSE },
    { 100, 1000, 0, 1099, TRUE },
    { 100, 1000, 0, 1100, FALSE },
    { 100, 1000, 999, 1001, TRUE },
    { 100, 1000, 1000, 1001, FALSE },
    { 100, 1000, 1001, 1001, FALSE },
    { G_MAXINT64, 0, 0, 5, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      AnyTerms  terms = { .maxage = -1, .check_interval = looks[i].interval };
      AnyRecord record = { .validated = looks[i].validated };

      ck_assert_msg (any_terms_allow_earlier_look (&terms, &record, looks[i].floor, looks[i].now) == looks[i].allowed, "row %u", i);
    }
}
END_TEST

/* Who has not begun a look notes none, and leaves what others have noted, unless it holds no more. */
START_TEST (test_noted_looks)
{
  g_autoptr (AnyRecord) record = make_record (-HOUR, NEVER, FALSE, NULL);
  const AnyTerms fresh = { .maxage = -1 };
  const AnyTerms old = { .maxage = 1 };

  any_terms_validate (&fresh, record, 5);
  any_terms_validate (&fresh, record, 0);
  ck_assert_int_eq (record->validated, 5);
  any_terms_validate (&old, record, 0);
  ck_assert_int_eq (record->validated, 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("terms");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_test (all, test_end);
  tcase_add_test (all, test_ages);
  tcase_add_test (all, test_files);
  tcase_add_test (all, test_earlier_looks);
  tcase_add_test (all, test_noted_looks);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
