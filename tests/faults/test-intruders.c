/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Something else than the library's own files in their places: it is never waited for, never followed, never believed, and
 * what it leads to is never touched.
 */

#include "any-test.h"
#include "intruders.h"
#include "rig.h"
#include "tree.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#define KEY    0
#define N_KEYS 2

typedef struct
{
  TreePath    *top;      /* (owned) */
  char        *cachedir; /* (owned) */
  Rig         *rig;      /* (owned) (nullable) */
  IntruderSite site;
  char        *label; /* (owned): which case this is */
} Case;

static void
case_open (Case *self)
{
  self->rig = rig_new (self->cachedir, "org.example.Intruder", NULL);
}

static Case *
case_new (void)
{
  Case *self = g_new0 (Case, 1);

  self->top = tree_make ();
  self->cachedir = g_build_filename (self->top, "cache", NULL);
  self->site.victims = g_build_filename (self->top, "victims", NULL);
  self->site.moved = g_build_filename (self->site.victims, "moved", NULL);
  self->site.fd = -1;
  ck_assert_int_eq (g_mkdir (self->site.victims, 0700), 0);

  case_open (self);
  for (int key = 0; key < N_KEYS; key++)
    ck_assert (rig_call_is_right (self->rig, key));
  return self;
}

static void
case_free (Case *self)
{
  g_clear_pointer (&self->rig, rig_free);
  if (self->site.fd >= 0)
    close (self->site.fd);
  g_free (self->site.place);
  g_free (self->site.moved);
  g_free (self->site.victims);
  g_free (self->cachedir);
  g_free (self->label);
  tree_path_clear (self->top);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Case, case_free)

typedef struct
{
  const char *name;   /* "entry" and "shard" are those of KEY; others are paths below the cache directory */
  gboolean    leads;  /* the way to the entry leads over it */
  gboolean    counts; /* the ledger cannot know that it was exchanged */
} Place;

static const Place places[] = {
  { "entry", TRUE, TRUE },
  { "shard", TRUE, TRUE },
  { "temporary", FALSE, FALSE },
  { RIG_ROOT, TRUE, FALSE },
  { RIG_GEN, TRUE, FALSE },
  { RIG_STATE, FALSE, FALSE },
  { RIG_EPOCH, FALSE, FALSE },
  { RIG_TAG, FALSE, FALSE },
  { RIG_ROOT "/new", FALSE, FALSE },
  { RIG_ROOT "/trash.0", FALSE, FALSE },
};

static char *
dup_place (Case        *self,
           const Place *place)
{
  g_autofree char *entry = rig_dup_entry_path (self->rig, KEY);
  g_autofree char *shard = g_path_get_dirname (entry);

  if (g_str_equal (place->name, "entry"))
    return g_steal_pointer (&entry);
  if (g_str_equal (place->name, "shard"))
    return g_steal_pointer (&shard);
  if (g_str_equal (place->name, "temporary"))
    return g_build_filename (shard, RIG_TEMPORARY, NULL);
  return g_build_filename (self->cachedir, place->name, NULL);
}

/* The operations, of which one meets the intruder first. Each says whether it succeeded; it may fail, but with an error. */
static gboolean
do_call (Rig     *rig,
         GError **error)
{
  return rig_call_is_right (rig, KEY);
}

static gboolean
do_look_up (Rig     *rig,
            GError **error)
{
  g_autoptr (GVariant) value = rig_lookup (rig, KEY);

  return value == NULL || rig_judge (value, KEY) == 0;
}

static gboolean
do_ask (Rig     *rig,
        GError **error)
{
  g_autoptr (GError) local_error = NULL;

  any_function_is_outdated (rig->function, rig_args (KEY), NULL, &local_error);
  return local_error == NULL;
}

static gboolean
do_store (Rig     *rig,
          GError **error)
{
  return any_function_store (rig->function, rig_args (KEY), rig_value (KEY, rig->generation), -1, NULL, NULL, error);
}

static gboolean
do_refresh (Rig     *rig,
            GError **error)
{
  g_autoptr (GVariant) value = any_function_refresh (rig->function, rig_args (KEY), NULL, NULL);

  return value != NULL && rig_judge (value, KEY) == 0;
}

static gboolean
do_remove (Rig     *rig,
           GError **error)
{
  return any_function_remove (rig->function, rig_args (KEY), NULL, error) && !rig_is_stored (rig, KEY);
}

static gboolean
do_clear (Rig     *rig,
          GError **error)
{
  return any_cache_clear (rig->cache, NULL, error) && !rig_is_stored (rig, KEY);
}

static gboolean
do_clear_function (Rig     *rig,
                   GError **error)
{
  return any_function_clear (rig->function, NULL, error) && !rig_is_stored (rig, KEY);
}

static gboolean
do_measure (Rig     *rig,
            GError **error)
{
  any_cache_get_size (rig->cache);
  return TRUE;
}

typedef struct
{
  const char *name;
  gboolean (*run) (Rig *rig, GError **error);
} Operation;

static const Operation operations[] = {
  { "call", do_call },
  { "lookup", do_look_up },
  { "is_outdated", do_ask },
  { "store", do_store },
  { "refresh", do_refresh },
  { "remove", do_remove },
  { "clear", do_clear },
  { "clear of the function", do_clear_function },
  { "size", do_measure },
};

static void
expect (Case       *self,
        gboolean    holds,
        const char *what)
{
  ck_assert_msg (holds, "%s: %s", self->label, what);
}

/* Puts the intruder in place. What was there is moved away, or removed where the library holds it open and may yet write
 * to it. */
static gboolean
plant (Case           *self,
       const Place    *place,
       const Intruder *intruder,
       gboolean        reopen)
{
  self->site.place = dup_place (self, place);
  if (reopen)
    {
      g_clear_pointer (&self->rig, rig_free);
      g_rename (self->site.place, self->site.moved);
    }
  tree_remove (self->site.place);
  if (!intruder->plant (&self->site))
    return FALSE;
  if (reopen)
    case_open (self);
  return TRUE;
}

/* With the intruder gone, all is well. */
static void
recover (Case        *self,
         const Place *place)
{
  g_clear_pointer (&self->rig, rig_free);
  tree_remove (self->site.place);
  case_open (self);

  expect (self, rig_call_is_right (self->rig, KEY) && rig_is_stored (self->rig, KEY), "the next result is stored");
  if (!place->counts)
    expect (self, any_cache_get_size (self->rig->cache) == rig_measure_entries (self->cachedir), "the size is right");
  expect (self, any_cache_clear (self->rig->cache, NULL, NULL), "clearing works");
  expect (self, any_cache_get_size (self->rig->cache) == 0, "nothing is left");
}

static void
meet (Case            *self,
      const Place     *place,
      const Intruder  *intruder,
      const Operation *operation)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = tree_describe (self->site.victims);
  g_autofree char *after = NULL;

  if (place->leads && !intruder->regular)
    expect (self, !rig_is_stored (self->rig, KEY), "nothing is found over it");
  expect (self, operation->run (self->rig, &error) || error != NULL, "the operation ends as it should");
  for (int key = 0; key < N_KEYS; key++)
    expect (self, rig_call_is_right (self->rig, key), "each call is right");

  after = tree_describe (self->site.victims);
  ck_assert_msg (g_str_equal (before, after), "%s: the victims were\n%s\nand are\n%s", self->label, before, after);
}

/* Tries one intruder at all places, with all operations. */
static void
meet_all (const Intruder *intruder,
          gboolean        reopen)
{
  guint n_met = 0;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    for (guint j = 0; j < G_N_ELEMENTS (operations); j++)
      {
        g_autoptr (Case) self = case_new ();

        self->label = g_strdup_printf ("%s in the place of %s, %s", intruder->name, places[i].name, operations[j].name);
        if (!plant (self, &places[i], intruder, reopen))
          continue;
        meet (self, &places[i], intruder, &operations[j]);
        recover (self, &places[i]);
        n_met++;
      }

  if (n_met == 0)
    printf ("Skipped: no %s can be made here\n", intruder->name);
}

START_TEST (test_before_opening)
{
  meet_all (&intruders[_i], TRUE);
}
END_TEST

START_TEST (test_while_open)
{
  meet_all (&intruders[_i], FALSE);
}
END_TEST

static Suite *
make_suite (void)
{
  Suite *suite = suite_create ("intruders");
  TCase *cases = tcase_create ("places");

  /* An intruder that is waited for is met here: the time is that of a hang, not of the work. */
  tcase_set_timeout (cases, 120);
  tcase_add_loop_test (cases, test_before_opening, 0, G_N_ELEMENTS (intruders));
  tcase_add_loop_test (cases, test_while_open, 0, G_N_ELEMENTS (intruders));
  suite_add_tcase (suite, cases);
  return suite;
}

int
main (void)
{
  return any_test_run (make_suite ());
}
