/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "any-owner.h"

#include "any-test.h"

/* Where and in which order an owner was visited. */
typedef struct
{
  GThread *thread;    /* of the last visit */
  GString *visits;    /* (owned), a letter each */
  int      n_visited; /* atomic */
} Log;

typedef struct
{
  Log *log;
  char letter;
} Guest;

static void
visit_cb (gpointer data)
{
  Guest *guest = data;

  guest->log->thread = g_thread_self ();
  g_string_append_c (guest->log->visits, guest->letter);
  g_atomic_int_inc (&guest->log->n_visited);
}

typedef struct
{
  const AnyOwner *owner;
  Guest          *guests;
  guint           n_guests;
} Trip;

static gpointer
travel_cb (gpointer data)
{
  Trip *trip = data;

  for (guint i = 0; i < trip->n_guests; i++)
    any_owner_visit (trip->owner, visit_cb, &trip->guests[i]);

  return NULL;
}

static void
visit_from_elsewhere (const AnyOwner *owner,
                      Guest          *guests,
                      guint           n_guests)
{
  Trip trip = { owner, guests, n_guests };

  g_thread_join (g_thread_new ("guest", travel_cb, &trip));
}

static void
run_until_visited (GMainContext *context,
                   Log          *log,
                   int           n_visits)
{
  gint64 deadline = any_test_deadline ();

  while (g_atomic_int_get (&log->n_visited) < n_visits)
    {
      ck_assert (any_test_wait (deadline));
      g_main_context_iteration (context, FALSE);
    }
}

START_TEST (test_at_home_at_once)
{
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guest = { &log, 'a' };

  any_owner_init (&owner);
  any_owner_visit (&owner, visit_cb, &guest);
  ck_assert_str_eq (log.visits->str, "a");
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

START_TEST (test_from_elsewhere_by_the_context)
{
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guests[] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' } };

  any_owner_init (&owner);
  visit_from_elsewhere (&owner, guests, G_N_ELEMENTS (guests));
  ck_assert_str_eq (log.visits->str, "");

  run_until_visited (NULL, &log, G_N_ELEMENTS (guests));
  ck_assert_str_eq (log.visits->str, "abc");
  ck_assert_ptr_eq (log.thread, g_thread_self ());
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

/* Not the default context, but the one that was thread-default when the owner settled. */
START_TEST (test_own_context)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guest = { &log, 'a' };

  g_main_context_push_thread_default (context);
  any_owner_init (&owner);
  g_main_context_pop_thread_default (context);

  visit_from_elsewhere (&owner, &guest, 1);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  ck_assert_str_eq (log.visits->str, "");

  run_until_visited (context, &log, 1);
  ck_assert_str_eq (log.visits->str, "a");
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

static gpointer
settle_cb (gpointer data)
{
  any_owner_init (data);

  return NULL;
}

/* A context that nobody runs loses the visit. What the visit was made of goes with the context: valgrind looks. */
START_TEST (test_nobody_at_home)
{
  GMainContext *context = g_main_context_new ();
  AnyOwner      owner;
  Log           log = { .visits = g_string_new (NULL) };
  Guest         guest = { &log, 'a' };

  g_main_context_push_thread_default (context);
  any_owner_init (&owner);
  g_main_context_pop_thread_default (context);

  visit_from_elsewhere (&owner, &guest, 1);
  any_owner_clear (&owner);
  g_main_context_unref (context);
  ck_assert_str_eq (log.visits->str, "");

  g_string_free (log.visits, TRUE);
}
END_TEST

/* The thread has ended, and its number may be given to another: whoever runs its context is at home. */
START_TEST (test_owner_has_ended)
{
  AnyOwner owner;
  Log      log = { .visits = g_string_new (NULL) };
  Guest    guest = { &log, 'a' };

  g_thread_join (g_thread_new ("owner", settle_cb, &owner));

  visit_from_elsewhere (&owner, &guest, 1);
  ck_assert_str_eq (log.visits->str, "");
  run_until_visited (NULL, &log, 1);
  ck_assert_str_eq (log.visits->str, "a");
  any_owner_clear (&owner);

  g_string_free (log.visits, TRUE);
}
END_TEST

/* Whose signals are emitted: an object of a type that has one without arguments and one with several. */
enum
{
  SIGNAL_NOTHING,
  SIGNAL_MUCH,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* What the handlers were told. */
typedef struct
{
  int      n_told; /* atomic */
  GThread *thread;
  gpointer object;
  char    *text; /* (owned) (nullable) */
} Told;

static void
told_clear (Told *self)
{
  g_free (self->text);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Told, told_clear)

static void
nothing_cb (GObject *object,
            Told    *told)
{
  told->object = object;
  told->thread = g_thread_self ();
  g_atomic_int_inc (&told->n_told);
}

static void
much_cb (GObject  *object,
         GVariant *value,
         GError   *error,
         char     *text,
         gint64    number,
         double    fraction,
         GObject  *other,
         Told     *told)
{
  g_autofree char *shown = value != NULL ? g_variant_print (value, FALSE) : g_strdup ("none");

  g_free (told->text);
  told->text = g_strdup_printf ("%s, %s, %s, %" G_GINT64_FORMAT ", %g, %s", shown, error->message, text, number, fraction,
                                other == object ? "itself" : "another");
  nothing_cb (object, told);
}

/* GObject itself has no signals, and may be given none: this is as little more as can be. */
static GType
get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      GType made = g_type_register_static_simple (G_TYPE_OBJECT, "AnyTestSpeaker", sizeof (GObjectClass), NULL, sizeof (GObject), NULL, 0);

      signals[SIGNAL_NOTHING] = g_signal_new ("nothing", made, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
      signals[SIGNAL_MUCH] = g_signal_new ("much", made, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 6,
                                           G_TYPE_VARIANT, G_TYPE_ERROR, G_TYPE_STRING, G_TYPE_INT64, G_TYPE_DOUBLE, G_TYPE_OBJECT);
      g_once_init_leave (&type, made);
    }

  return type;
}

typedef struct
{
  AnyOwner owner;
  GObject *object; /* (owned) (nullable) */
  Told     told;
} Speaker;

static void
speaker_init (Speaker *self)
{
  any_owner_init (&self->owner);
  self->object = g_object_new (get_type (), NULL);
  g_signal_connect (self->object, "nothing", G_CALLBACK (nothing_cb), &self->told);
  g_signal_connect (self->object, "much", G_CALLBACK (much_cb), &self->told);
}

static void
speaker_clear (Speaker *self)
{
  g_clear_object (&self->object);
  any_owner_clear (&self->owner);
  told_clear (&self->told);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Speaker, speaker_clear)

/* All that is given is gone or changed behind the call. */
static gpointer
speak_cb (gpointer user_data)
{
  Speaker *self = user_data;
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new ("(sx)", "text", G_GINT64_CONSTANT (5)));
  g_autoptr (GError) error = g_error_new_literal (g_quark_from_static_string ("domain"), 1, "no");
  char text[] = "told";

  any_owner_emit (&self->owner, self->object, signals[SIGNAL_MUCH], value, error, text, G_MININT64, 0.5, self->object);
  text[0] = 'c';
  any_owner_emit (&self->owner, self->object, signals[SIGNAL_NOTHING]);

  return NULL;
}

#define ALL_THAT_WAS_SAID "('text', 5), no, told, -9223372036854775808, 0.5, itself"

START_TEST (test_signals_at_home)
{
  g_auto (Speaker) self = { 0 };

  speaker_init (&self);
  speak_cb (&self);
  ck_assert_int_eq (self.told.n_told, 2);
  ck_assert_str_eq (self.told.text, ALL_THAT_WAS_SAID);
  ck_assert_ptr_eq (self.told.object, self.object);
}
END_TEST

static void
run_to_rest (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

START_TEST (test_signals_from_elsewhere)
{
  g_auto (Speaker) self = { 0 };

  speaker_init (&self);
  g_thread_join (g_thread_new ("guest", speak_cb, &self));
  ck_assert_int_eq (self.told.n_told, 0);

  run_to_rest ();
  ck_assert_int_eq (self.told.n_told, 2);
  ck_assert_str_eq (self.told.text, ALL_THAT_WAS_SAID);
  ck_assert_ptr_eq (self.told.thread, g_thread_self ());
}
END_TEST

/* NULL is a value too, where the type has it. */
START_TEST (test_signals_without_values)
{
  g_auto (Speaker) self = { 0 };
  g_autoptr (GError) error = g_error_new_literal (g_quark_from_static_string ("domain"), 1, "no");

  speaker_init (&self);
  any_owner_emit (&self.owner, self.object, signals[SIGNAL_MUCH], NULL, error, NULL, (gint64) 0, 0.0, NULL);
  ck_assert_str_eq (self.told.text, "none, no, (null), 0, 0, another");
}
END_TEST

/* The same, but for an object, which would be kept. */
static gpointer
speak_about_others_cb (gpointer user_data)
{
  Speaker *self = user_data;
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string ("text"));
  g_autoptr (GError) error = g_error_new_literal (g_quark_from_static_string ("domain"), 1, "no");

  any_owner_emit (&self->owner, self->object, signals[SIGNAL_MUCH], value, error, "told", (gint64) 7, 0.5, NULL);

  return NULL;
}

static gpointer
say_nothing_cb (gpointer user_data)
{
  Speaker *self = user_data;

  for (guint i = 0; i < 3; i++)
    any_owner_emit (&self->owner, self->object, signals[SIGNAL_NOTHING]);

  return NULL;
}

/* Nobody listens to an object that is gone, and no signal that waits keeps one: it would keep its context, and be kept by it. */
START_TEST (test_object_goes)
{
  g_auto (Speaker) self = { 0 };
  GObject *object;

  speaker_init (&self);
  g_thread_join (g_thread_new ("guest", say_nothing_cb, &self));
  object = g_steal_pointer (&self.object);
  g_object_add_weak_pointer (object, (gpointer *) &object);
  g_object_unref (object);
  ck_assert_ptr_null (object);

  run_to_rest ();
  ck_assert_int_eq (self.told.n_told, 0);
}
END_TEST

static void
drop_cb (GObject  *object,
         GObject **kept)
{
  g_clear_object (kept);
}

/* It stays for as long as it speaks, and is heard out. */
START_TEST (test_object_goes_while_it_speaks)
{
  g_auto (Speaker) self = { 0 };

  speaker_init (&self);
  g_signal_connect (self.object, "nothing", G_CALLBACK (drop_cb), &self.object);
  if (_i == 0)
    any_owner_emit (&self.owner, self.object, signals[SIGNAL_NOTHING]);
  else
    g_thread_join (g_thread_new ("guest", say_nothing_cb, &self));
  run_to_rest ();
  ck_assert_int_eq (self.told.n_told, 1);
  ck_assert_ptr_null (self.object);
}
END_TEST

/* In a context that nobody runs, what was given goes with the context: valgrind looks. */
START_TEST (test_signals_to_nobody)
{
  GMainContext *context = g_main_context_new ();
  Speaker       self = { 0 };

  g_main_context_push_thread_default (context);
  speaker_init (&self);
  g_main_context_pop_thread_default (context);

  g_thread_join (g_thread_new ("guest", say_nothing_cb, &self));
  g_thread_join (g_thread_new ("guest", speak_about_others_cb, &self));
  speaker_clear (&self);
  g_main_context_unref (context);
  ck_assert_int_eq (self.told.n_told, 0);
}
END_TEST

int
main (void)
{
  Suite *suite = suite_create ("owner");
  TCase *all = tcase_create ("all");

  tcase_set_timeout (all, 120);
  tcase_add_test (all, test_at_home_at_once);
  tcase_add_test (all, test_from_elsewhere_by_the_context);
  tcase_add_test (all, test_own_context);
  tcase_add_test (all, test_nobody_at_home);
  tcase_add_test (all, test_owner_has_ended);
  tcase_add_test (all, test_signals_at_home);
  tcase_add_test (all, test_signals_from_elsewhere);
  tcase_add_test (all, test_signals_without_values);
  tcase_add_test (all, test_object_goes);
  tcase_add_loop_test (all, test_object_goes_while_it_speaks, 0, 2);
  tcase_add_test (all, test_signals_to_nobody);
  suite_add_tcase (suite, all);

  return any_test_run (suite);
}
