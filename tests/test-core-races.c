/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Two processes at one entry: one is stopped before each of its system calls, in turn, and the other does all of its work there.
 * Both succeed, and what they find and leave is what one after the other would find and leave. */

#include "any-core.h"

#include "any-test-chaos.h"

#include <sys/mman.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnyCore, any_core_release)

typedef enum
{
  LOOKUP,
  MEASURE,
  STORE,
  REMOVE,
  REMOVE_NAME,
  CLEAR,
  N_WORKS,
} Work;

/* The entry is in the first of the shards, and so is all that matters: a removal of a name then goes on through 255 empty ones. */
#define SHARD      0
#define LAST_POINT 150

/* What the one tells, over memory that all share. */
typedef struct
{
  gboolean begun;          /* the computation of what is stored has begun */
  gboolean begun_first;    /* before the other came */
  gboolean other_has_come; /* atomic */
  gboolean other_is_done;  /* atomic */
  char     found[8];       /* by the look-up; "" where there was nothing */
  char     found_last[8];  /* when both were done */
} Note;

typedef struct
{
  const char *cachedir;
  Work        work;
  const char *text; /* what is stored */
  Note       *note;
  gboolean    is_other;
} Worker;

static void
check (gboolean done,
       GError **error)
{
  if (!done)
    g_error ("%s", *error != NULL ? (*error)->message : "A failure without an error");
}

static void
look (AnyCore      *core,
      const AnyKey *key,
      char          found[8])
{
  g_autoptr (AnyRecord) record = NULL;
  AnyMiss miss = any_core_lookup (core, key, &any_test_terms, &record);

  if (miss != ANY_MISS_NONE && miss != ANY_MISS_ABSENT)
    g_error ("The entry is not there because it is %s", any_miss_to_string (miss));
  g_strlcpy (found, record != NULL ? any_test_record_text (record) : "", 8);
}

/* What this one has in memory from the race must not outlive it. */
static void
look_again (Worker       *self,
            AnyCore      *core,
            const AnyKey *key)
{
  gint64 deadline = any_test_deadline ();

  while (!g_atomic_int_get (&self->note->other_is_done))
    g_assert_true (any_test_wait (deadline));
  look (core, key, self->note->found_last);
}

static void
store (Worker       *self,
       AnyCore      *core,
       const AnyKey *key)
{
  g_autoptr (GError) error = NULL;
  g_auto (AnyDraft) draft = { 0 };
  gsize head_length;
  g_autoptr (AnyRecord) record = any_test_record_new (key, self->text, &head_length);

  check (any_core_begin (core, key, ANY_ORIGIN_CALL, &draft, &error), &error);
  if (!self->is_other)
    self->note->begun = TRUE;
  check (any_core_publish (core, key, &draft, NULL, record, head_length, &error) != ANY_PUBLISH_FAILED, &error);
}

static void
work (Worker       *self,
      AnyCore      *core,
      const AnyKey *key)
{
  g_autoptr (GError) error = NULL;

  if (self->work == LOOKUP)
    look (core, key, self->note->found);
  else if (self->work == STORE)
    store (self, core, key);
  else if (self->work == REMOVE)
    check (any_core_remove (core, key, &error), &error);
  else if (self->work == REMOVE_NAME)
    check (any_core_remove_name (core, ANY_TEST_NAME, &error), &error);
  else if (self->work == CLEAR)
    check (any_core_clear (core, &error), &error);
  else
    any_core_get_size (core);
}

static void
work_part (int      line,
           gpointer data)
{
  Worker *self = data;
  g_autoptr (AnyCore) core = any_core_acquire (self->cachedir);
  g_auto (AnyKey) key = { 0 };

  any_test_key_init_in_shard (&key, ANY_TEST_NAME, SHARD, 0);
  if (self->is_other)
    {
      self->note->begun_first = self->note->begun;
      g_atomic_int_set (&self->note->other_has_come, TRUE);
      work (self, core, &key);
      g_atomic_int_set (&self->note->other_is_done, TRUE);
    }
  else
    {
      work (self, core, &key);
      if (g_atomic_int_get (&self->note->other_has_come))
        look_again (self, core, &key);
    }
}

static gboolean
takes_away (Work work)
{
  return work == REMOVE || work == REMOVE_NAME || work == CLEAR;
}

/* What may be there in the end, of the old text, that of the one that was stopped, that of the other, or nothing. */
static gboolean
may_be_left (const Worker *stopped,
             const Worker *other,
             const char   *text)
{
  if (text == NULL)
    return takes_away (stopped->work) || takes_away (other->work);
  if (g_str_equal (text, "old"))
    return !takes_away (stopped->work) && !takes_away (other->work) && stopped->work != STORE && other->work != STORE;
  if (g_str_equal (text, "stopped"))
    return stopped->work == STORE && !(takes_away (other->work) && stopped->note->begun_first);

  return g_str_equal (text, "other") && other->work == STORE;
}

static gboolean
may_be_found (const Worker *other,
              gboolean      fresh,
              const char   *text)
{
  return (g_str_equal (text, "old") && !fresh) ||
         (g_str_equal (text, "") && (takes_away (other->work) || fresh)) ||
         (g_str_equal (text, "other") && other->work == STORE);
}

static char *
text_in (AnyCore *core)
{
  g_autoptr (AnyRecord) record = NULL;
  g_auto (AnyKey) key = { 0 };

  any_test_key_init_in_shard (&key, ANY_TEST_NAME, SHARD, 0);
  any_core_lookup (core, &key, &any_test_terms, &record);

  return record != NULL ? g_strdup (any_test_record_text (record)) : NULL;
}

/* In a directory with an old entry, or one that is not there yet. */
static gboolean
race_at (Worker  *stopped,
         Worker  *other,
         gboolean fresh,
         guint    n)
{
  g_autoptr (AnyTestFolder) folder = any_test_make_folder ();
  g_autofree char *cachedir = g_build_filename (folder, "cache", NULL);
  g_autofree char *generation = g_build_filename (cachedir, "anycache-1", "gen", NULL);
  g_autoptr (AnyCore) core = any_core_acquire (cachedir);
  Worker           first = { cachedir, STORE, "old", stopped->note, TRUE };
  g_autofree char *text = NULL;

  if (!fresh)
    work_part (-1, &first);
  stopped->cachedir = other->cachedir = cachedir;
  *stopped->note = (Note){ FALSE, .found = "", .found_last = "?" };
  if (!any_test_process_race_at (work_part, stopped, n, work_part, other))
    return FALSE;

  if (stopped->work == LOOKUP && !may_be_found (other, fresh, stopped->note->found))
    g_error ("%d and %d, at %u: “%s” was found", stopped->work, other->work, n, stopped->note->found);
  text = text_in (core);
  if (!may_be_left (stopped, other, text))
    g_error ("%d and %d, at %u: “%s” is left", stopped->work, other->work, n, text);
  if (stopped->note->found_last[0] != '?' && g_strcmp0 (text != NULL ? text : "", stopped->note->found_last) != 0)
    g_error ("%d and %d, at %u: “%s” is left, but “%s” was found", stopped->work, other->work, n, text, stopped->note->found_last);
  g_assert_cmpuint (any_core_get_size (core), ==, any_test_chaos_measure (generation));

  return TRUE;
}

static void
race (Work     stopped_work,
      Work     other_work,
      gboolean fresh)
{
  Note  *note = mmap (NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  Worker stopped = { NULL, stopped_work, "stopped", note, FALSE };
  Worker other = { NULL, other_work, "other", note, TRUE };
  guint  n = 1;

  g_assert_true (note != MAP_FAILED);
  while (any_test_can_step () && n <= LAST_POINT && race_at (&stopped, &other, fresh, n))
    n++;
  ck_assert (!any_test_can_step () || n > 5);
  munmap (note, sizeof *note);
}

START_TEST (test_races)
{
  for (Work other = STORE; other < N_WORKS; other++)
    race (_i, other, FALSE);
}
END_TEST

START_TEST (test_races_to_be_the_first)
{
  race (_i, STORE, TRUE);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("core-races");
  TCase *races = tcase_create ("races");

  tcase_set_timeout (races, ANY_TEST_PROCESS_SECONDS);
  tcase_add_loop_test (races, test_races, 0, N_WORKS);
  tcase_add_loop_test (races, test_races_to_be_the_first, 0, N_WORKS);
  suite_add_tcase (suite, races);

  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
