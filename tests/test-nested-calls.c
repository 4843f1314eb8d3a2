/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A result that was made from the results of other functions holds as long as all of them would. */

#include "cache-setup.h"

#include <glib/gstdio.h>

#define KEY  "key"
#define HOUR (3600 * G_TIME_SPAN_SECOND)

/* A chain of functions: the first asks the second, which asks the third. Each gives how often any of them was computed. */
#define N_LINKS 3

typedef struct _Chain Chain;

typedef struct
{
  Chain       *chain;
  guint        place;
  AnyFunction *function; /* (owned) (nullable) */
} Link;

struct _Chain
{
  Setup    setup;
  Link     links[N_LINKS];
  char    *path;                                   /* (owned) what the last link depends on */
  gboolean fails;                                  /* the last one */
  void (*last) (Chain *self, AnyRequest *request); /* (nullable) what the last one does besides */
};

static gboolean
link_cb (AnyRequest *request,
         gpointer    user_data,
         GError    **error)
{
  Link  *self = user_data;
  Chain *chain = self->chain;
  gint64 number = g_atomic_int_add (&chain->setup.n_computed, 1) + 1;

  if (self->place + 1 < N_LINKS)
    {
      g_autoptr (GVariant) inner = any_function_call (chain->links[self->place + 1].function, text_args (KEY), NULL, NULL);

      any_request_return_value (request, g_variant_new_int64 (inner != NULL ? number : -number));
      return TRUE;
    }

  any_request_add_dependency (request, chain->path);
  if (chain->last != NULL)
    chain->last (chain, request);
  if (chain->fails)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no");
      return FALSE;
    }
  any_request_return_value (request, g_variant_new_int64 (number));

  return TRUE;
}

static AnyFunction *
define_link (Chain      *self,
             guint       place,
             const char *version)
{
  g_autofree char *name = g_strdup_printf ("org.example.Link%u", place);

  return any_cache_define (self->setup.cache, name, version, link_cb, &self->links[place], NULL);
}

static void
chain_init (Chain *self)
{
  setup_init (&self->setup);
  self->path = setup_write (&self->setup, "file", "text");
  for (guint i = 0; i < N_LINKS; i++)
    {
      self->links[i].chain = self;
      self->links[i].place = i;
      self->links[i].function = define_link (self, i, "1");
    }
}

static void
chain_clear (Chain *self)
{
  for (guint i = 0; i < N_LINKS; i++)
    g_clear_object (&self->links[i].function);
  g_free (self->path);
  setup_clear (&self->setup);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Chain, chain_clear)

static gint64
ask (Chain *self,
     guint  place)
{
  return call (self->links[place].function, KEY);
}

static gboolean
holds (Chain *self,
       guint  place)
{
  return lookup (self->links[place].function, KEY) != MISS;
}

/* Whether the inner ones are computed on the way, or are there already, in memory or on disk. */
START_TEST (test_files_go_up)
{
  g_auto (Chain) self = { 0 };

  chain_init (&self);
  if (_i == 2)
    any_cache_set_maxmemory (self.setup.cache, 0);
  for (guint place = N_LINKS; _i > 0 && place-- > 1;)
    ask (&self, place);
  ask (&self, 0);
  ck_assert_int_eq (self.setup.n_computed, N_LINKS);
  for (guint i = 0; i < N_LINKS; i++)
    ck_assert (holds (&self, i));

  g_free (setup_write (&self.setup, "file", "else"));
  for (guint i = 0; i < N_LINKS; i++)
    ck_assert_msg (!holds (&self, i), "link %u", i);
  ask (&self, 0);
  ck_assert_int_eq (self.setup.n_computed, 2 * N_LINKS);
}
END_TEST

START_TEST (test_the_list_of_files)
{
  g_auto (Chain) self = { 0 };
  g_autoptr (AnyEntry) entry = NULL;
  g_auto (GStrv) paths = NULL;

  chain_init (&self);
  ask (&self, 0);
  entry = any_function_peek (self.links[0].function, text_args (KEY));
  paths = any_entry_dup_dependencies (entry);
  ck_assert_uint_eq (g_strv_length (paths), 1);
  ck_assert_str_eq (paths[0], self.path);
}
END_TEST

static void
expire_in_an_hour (Chain      *self,
                   AnyRequest *request)
{
  any_request_set_maxage (request, HOUR);
}

/* From the beginning of the innermost computation. */
START_TEST (test_age_goes_up)
{
  g_auto (Chain) self = { .last = expire_in_an_hour };
  g_autoptr (AnyEntry) inner = NULL;
  g_autoptr (AnyEntry) outer = NULL;

  chain_init (&self);
  if (_i == 1)
    ask (&self, N_LINKS - 1);
  any_function_set_maxage (self.links[0].function, 2 * HOUR);
  ask (&self, 0);

  inner = any_function_peek (self.links[N_LINKS - 1].function, text_args (KEY));
  outer = any_function_peek (self.links[0].function, text_args (KEY));
  ck_assert_int_eq (any_entry_get_expires (outer), any_entry_get_expires (inner));
  ck_assert_int_eq (any_entry_get_expires (inner), any_entry_get_created (inner) + HOUR);
}
END_TEST

/* The limit that the asked function has now counts too. */
START_TEST (test_limit_goes_up)
{
  g_auto (Chain) self = { 0 };
  g_autoptr (AnyEntry) inner = NULL;
  g_autoptr (AnyEntry) outer = NULL;

  chain_init (&self);
  ask (&self, 1);
  any_function_set_maxage (self.links[1].function, HOUR);
  ask (&self, 0);

  inner = any_function_peek (self.links[1].function, text_args (KEY));
  outer = any_function_peek (self.links[0].function, text_args (KEY));
  ck_assert_int_eq (any_entry_get_expires (outer), any_entry_get_created (inner) + HOUR);
}
END_TEST

static void
forbid (Chain      *self,
        AnyRequest *request)
{
  any_request_set_no_store (request);
}

static void
allow_no_age (Chain      *self,
              AnyRequest *request)
{
  any_request_set_maxage (request, 0);
}

static void
write_file (Chain      *self,
            AnyRequest *request)
{
  g_free (setup_write (&self->setup, "file", "meanwhile"));
}

static void
depend_on_device (Chain      *self,
                  AnyRequest *request)
{
  any_request_add_dependency (request, "/dev/null");
}

static char **
no_list_cb (GVariant *result,
            GVariant *args,
            gpointer  user_data,
            GError  **error)
{
  return NULL;
}

static void
have_no_list (Chain      *self,
              AnyRequest *request)
{
}

/* What may not be stored may not be stored as a part of something else. */
START_TEST (test_doubt_goes_up)
{
  static void (*const reasons[]) (Chain *, AnyRequest *) = { forbid, allow_no_age, write_file, depend_on_device, have_no_list };
  g_auto (Chain) self = { .last = reasons[_i] };

  chain_init (&self);
  if (reasons[_i] == have_no_list)
    any_function_set_depfiles_func (self.links[N_LINKS - 1].function, no_list_cb, NULL, NULL);
  ask (&self, 0);
  ck_assert_int_eq (self.setup.n_computed, N_LINKS);
  for (guint i = 0; i < N_LINKS; i++)
    ck_assert (!holds (&self, i));
}
END_TEST

static char **
one_file_cb (GVariant *result,
             GVariant *args,
             gpointer  user_data,
             GError  **error)
{
  const char *paths[] = { user_data, NULL };

  return g_strdupv ((char **) paths);
}

/* Files that are known only afterwards. */
START_TEST (test_depfiles_go_up)
{
  g_auto (Chain) self = { 0 };
  g_autoptr (AnyEntry) outer = NULL;
  g_auto (GStrv) paths = NULL;
  char path[] = "/nothing of this name";

  chain_init (&self);
  any_function_set_depfiles_func (self.links[1].function, one_file_cb, path, NULL);
  ask (&self, 0);
  outer = any_function_peek (self.links[0].function, text_args (KEY));
  paths = any_entry_dup_dependencies (outer);
  ck_assert (g_strv_contains ((const char *const *) paths, path));
}
END_TEST

/* A failure is an answer too: what is made of it holds until the files change that it came from. */
START_TEST (test_failures_go_up)
{
  g_auto (Chain) self = { .fails = TRUE };

  chain_init (&self);
  ck_assert_int_eq (ask (&self, 1), -1);
  ck_assert (holds (&self, 1));
  ck_assert (!holds (&self, 2));

  self.fails = FALSE;
  g_free (setup_write (&self.setup, "file", "else"));
  ck_assert (!holds (&self, 1));
  ck_assert_int_gt (ask (&self, 1), 0);
}
END_TEST

/* Where its files would be known only of a result, those of a failure are not. */
START_TEST (test_failures_without_files)
{
  g_auto (Chain) self = { .fails = TRUE };
  char path[] = "/nothing of this name";

  chain_init (&self);
  any_function_set_depfiles_func (self.links[2].function, one_file_cb, path, NULL);
  ck_assert_int_eq (ask (&self, 1), -1);
  ck_assert (!holds (&self, 1));
}
END_TEST

/* What is removed was right all the same. */
START_TEST (test_removal_does_not_go_up)
{
  g_auto (Chain) self = { 0 };

  chain_init (&self);
  ask (&self, 0);
  ck_assert (any_function_remove (self.links[2].function, text_args (KEY), NULL, NULL));
  ck_assert (any_function_clear (self.links[1].function, NULL, NULL));
  ck_assert (holds (&self, 0));
}
END_TEST

/* A process that knows a function in another version only takes nothing that was made with the old one. */
START_TEST (test_versions_go_up)
{
  g_auto (Chain) self = { 0 };
  g_autoptr (AnyFunction) old = NULL;

  chain_init (&self);
  ask (&self, 0);

  g_clear_object (&self.links[2].function);
  ck_assert (holds (&self, 0));
  self.links[2].function = define_link (&self, 2, "2");
  ck_assert (!holds (&self, 0));
  ck_assert (!holds (&self, 1));

  old = define_link (&self, 2, "1");
  ck_assert (holds (&self, 0));
  g_clear_object (&old);

  ask (&self, 0);
  ck_assert_int_eq (self.setup.n_computed, 2 * N_LINKS);
  ck_assert (holds (&self, 0));
}
END_TEST

/* Other directories, and caches that are off, have other entries, and the same files. */
START_TEST (test_other_caches)
{
  g_auto (Chain) self = { 0 };
  g_autofree char *cachedir = NULL;
  g_autoptr (AnyCache) other = NULL;

  chain_init (&self);
  cachedir = g_build_filename (self.setup.folder, "other", NULL);
  other = any_cache_new (cachedir, _i == 0 ? -1 : 0);
  g_clear_object (&self.links[1].function);
  self.links[1].function = any_cache_define (other, "org.example.Link1", "1", link_cb, &self.links[1], NULL);

  ask (&self, 0);
  ck_assert (holds (&self, 0));
  ck_assert (holds (&self, 1) == (_i == 0));
  g_free (setup_write (&self.setup, "file", "else"));
  ck_assert (!holds (&self, 0));
}
END_TEST

static void
look_up (Chain      *self,
         AnyRequest *request)
{
  lookup (self->setup.function, KEY);
}

static void
read_file (Setup      *setup,
           AnyRequest *request)
{
  any_request_add_dependency (request, setup->data);
}

/* Who looks up what is there uses it too. */
START_TEST (test_lookup_counts)
{
  g_auto (Chain) self = { .last = look_up };
  g_autofree char *path = NULL;

  chain_init (&self);
  path = setup_write (&self.setup, "another", "text");
  self.setup.during = read_file;
  self.setup.data = path;
  call (self.setup.function, KEY);

  ask (&self, 0);
  ck_assert (holds (&self, 0));
  g_free (setup_write (&self.setup, "another", "else"));
  ck_assert (!holds (&self, 0));
}
END_TEST

/* Each file is looked at once, however often its results were used. */
START_TEST (test_repetitions)
{
  g_auto (Chain) self = { 0 };
  g_autoptr (AnyEntry) outer = NULL;
  g_auto (GStrv) paths = NULL;

  chain_init (&self);
  ask (&self, 2);
  self.last = NULL;
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (any_function_remove (self.links[1].function, text_args (KEY), NULL, NULL));
      ask (&self, 1);
    }
  ask (&self, 0);
  outer = any_function_peek (self.links[0].function, text_args (KEY));
  paths = any_entry_dup_dependencies (outer);
  ck_assert_uint_eq (g_strv_length (paths), 1);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("nested-calls");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 60);
  tcase_add_loop_test (all, test_files_go_up, 0, 3);
  tcase_add_test (all, test_the_list_of_files);
  tcase_add_loop_test (all, test_age_goes_up, 0, 2);
  tcase_add_test (all, test_limit_goes_up);
  tcase_add_loop_test (all, test_doubt_goes_up, 0, 5);
  tcase_add_test (all, test_depfiles_go_up);
  tcase_add_test (all, test_failures_go_up);
  tcase_add_test (all, test_failures_without_files);
  tcase_add_test (all, test_removal_does_not_go_up);
  tcase_add_test (all, test_versions_go_up);
  tcase_add_loop_test (all, test_other_caches, 0, 2);
  tcase_add_test (all, test_lookup_counts);
  tcase_add_test (all, test_repetitions);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
