/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "caller.h"

#include <anycache-glib/anycache.h>
#include <stdio.h>
#include <string.h>

#include "editor.h"

/* The longest that a computation dawdles: some ticks of any clock. */
#define DAWDLE_US 6000

typedef struct _Caller Caller;

/* How a function tells what it has read. */
typedef enum
{
  WAY_NAMED,
  WAY_CONTENT,
  WAY_AFTERWARDS,
  WAY_NESTED, /* by calling other functions */
  WAY_TREE,
  WAY_TREE_CONTENT,
  N_WAYS,
} Way;

typedef struct
{
  Caller      *caller;
  Way          way;
  AnyFunction *function; /* (owned) */
  gint64       n_computed;
} Reader;

struct _Caller
{
  World               *world;
  const CallerOptions *options;
  GRand               *random; /* (owned) */
  Editor              *editor; /* (owned) */
  AnyCache            *cache;  /* (owned) */
  Reader               readers[N_WAYS];
};

static const AnyDependencyFlags flags_of_ways[N_WAYS] = {
  [WAY_CONTENT] = ANY_DEPENDENCY_FLAGS_CONTENT,
  [WAY_TREE] = ANY_DEPENDENCY_FLAGS_RECURSIVE,
  [WAY_TREE_CONTENT] = ANY_DEPENDENCY_FLAGS_RECURSIVE | ANY_DEPENDENCY_FLAGS_CONTENT,
};

static gint64
count (gint64 *figure)
{
  return __atomic_add_fetch (figure, 1, __ATOMIC_RELAXED);
}

static gboolean
is_tree (Way way)
{
  return way == WAY_TREE || way == WAY_TREE_CONTENT;
}

/* What happens while a result is computed, at the worst moments. Others edit too, whenever they like. */

static void
dawdle (Caller *self)
{
  if (g_rand_int_range (self->random, 0, 8) == 0)
    g_usleep (g_rand_int_range (self->random, 0, DAWDLE_US));
}

static void
meddle_before (Caller *self,
               Place  *place)
{
  int dice = g_rand_int_range (self->random, 0, 16);

  if (dice == 0)
    editor_edit (self->editor, place);
  else if (dice < 3)
    editor_go (self->editor, place);
  dawdle (self);
}

static void
meddle_behind (Caller *self,
               Place  *place)
{
  if (g_rand_int_range (self->random, 0, 24) == 0)
    editor_edit (self->editor, place);
  editor_return (self->editor);
  dawdle (self);
}

static void
declare (Reader     *self,
         AnyRequest *request,
         const char *path)
{
  if (self->way != WAY_AFTERWARDS && !self->caller->options->undeclared)
    any_request_add_dependency_full (request, path, flags_of_ways[self->way]);
}

/* Adds what a place holds. FALSE in the middle of an edit, of which nobody can make a result. */
static gboolean
read_place (const Place     *place,
            GVariantBuilder *builder,
            GError         **error)
{
  guint content;

  if (!place_read (place, &content))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "place %u is being edited", place->number);
      return FALSE;
    }
  g_variant_builder_add (builder, "(uu)", place->number, content);

  return TRUE;
}

static gboolean
read_tree (World           *world,
           GVariantBuilder *builder,
           GError         **error)
{
  for (guint i = WORLD_N_ALONE; i < WORLD_N_PLACES; i++)
    if (!read_place (&world->places[i], builder, error))
      return FALSE;

  return TRUE;
}

/* The places from one on, each by another function. */
static gboolean
read_by_calls (Caller          *self,
               guint            number,
               GVariantBuilder *builder,
               GError         **error)
{
  static const Way ways[] = { WAY_NAMED, WAY_CONTENT, WAY_AFTERWARDS };

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      GVariant *args = g_variant_new ("(u)", (number + i) % WORLD_N_ALONE);
      g_autoptr (GVariant) part = any_function_call (self->readers[ways[i]].function, args, NULL, error);
      GVariantIter iter;
      guint        place, content;

      if (part == NULL)
        return FALSE;
      g_variant_iter_init (&iter, part);
      while (g_variant_iter_next (&iter, "(uu)", &place, &content))
        g_variant_builder_add (builder, "(uu)", place, content);
      dawdle (self);
    }

  return TRUE;
}

static gboolean
read_files (Reader          *self,
            AnyRequest      *request,
            guint            number,
            GVariantBuilder *builder,
            GError         **error)
{
  Caller  *caller = self->caller;
  World   *world = caller->world;
  Place   *place = &world->places[number];
  gboolean done;

  declare (self, request, is_tree (self->way) ? world->tree : place->path);
  meddle_before (caller, place);
  done = is_tree (self->way) ? read_tree (world, builder, error) : read_place (place, builder, error);
  meddle_behind (caller, place);

  return done;
}

static gboolean
compute_cb (AnyRequest *request,
            gpointer    user_data,
            GError    **error)
{
  Reader         *self = user_data;
  GVariantBuilder builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a(uu)"));
  guint           number;
  gboolean        done;

  self->n_computed++;
  count (&self->caller->world->memory->n_computed);
  g_variant_get (any_request_get_args (request), "(u)", &number);
  if (self->way == WAY_NESTED)
    done = read_by_calls (self->caller, number, &builder, error);
  else
    done = read_files (self, request, number, &builder, error);

  if (done)
    any_request_return_value (request, g_variant_builder_end (&builder));
  else
    g_variant_builder_clear (&builder);

  return done;
}

static char **
list_cb (GVariant *result,
         GVariant *args,
         gpointer  user_data,
         GError  **error)
{
  Reader     *self = user_data;
  const char *paths[] = { NULL, NULL };
  guint       number;

  g_variant_get (args, "(u)", &number);
  if (!self->caller->options->undeclared)
    paths[0] = self->caller->world->places[number].path;

  return g_strdupv ((char **) paths);
}

/* Each content that is told must have been there at some instant of the call. */
static void
judge (Reader     *self,
       GVariant   *value,
       const char *how,
       gint64      start,
       gint64      end)
{
  World       *world = self->caller->world;
  GVariantIter iter;
  guint        number, content;

  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "(uu)", &number, &content))
    {
      const Place     *place = &world->places[number];
      g_autofree char *story = NULL;

      if (history_allows (place->history, content, start, end))
        continue;
      if (count (&world->memory->n_wrong) > 20 || self->caller->options->undeclared)
        continue;
      story = history_tell (place->history, content, start, end);
      fprintf (stderr, "wrong: place %u of kind %d, %s by function %d: %s\n", number, (int) place->kind, how, (int) self->way, story);
    }
}

static GVariant *
ask (Reader      *self,
     guint        number,
     int          dice,
     const char **how,
     GError     **error)
{
  GVariant *args = g_variant_new ("(u)", number);

  *how = dice < 85 ? "called" : dice < 93 ? "looked up"
                                          : "refreshed";
  if (dice < 85)
    return any_function_call (self->function, args, NULL, error);
  if (dice < 93)
    return any_function_lookup (self->function, args, NULL, error);
  if (dice < 97)
    return any_function_refresh (self->function, args, NULL, error);

  any_function_remove (self->function, args, NULL, error);

  return NULL;
}

static void
step (Caller *self)
{
  WorldMemory *memory = self->world->memory;
  Reader      *reader = &self->readers[g_rand_int_range (self->random, 0, N_WAYS)];
  guint        number = is_tree (reader->way) ? WORLD_N_ALONE : g_rand_int_range (self->random, 0, WORLD_N_ALONE);
  gint64       n_before = reader->n_computed;
  const char  *how;
  gint64       start, end;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) value = NULL;

  /* So that what is called is changed within the same tick. */
  if (g_rand_int_range (self->random, 0, 8) == 0)
    editor_edit (self->editor, &self->world->places[number]);

  start = history_now ();
  value = ask (reader, number, g_rand_int_range (self->random, 0, 100), &how, &error);
  end = history_now ();

  if (value != NULL)
    judge (reader, value, reader->n_computed == n_before ? "found" : how, start, end);
  if (value != NULL && reader->n_computed == n_before)
    count (&memory->n_hits);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
    count (&memory->n_torn);
  else
    g_assert_no_error (error);
  if (count (&memory->n_calls) >= self->options->n_calls && end >= self->options->not_before)
    g_atomic_int_set (&memory->stop, TRUE);
}

/* Counts what the library says of results that it does not store. */
static GLogWriterOutput
write_log_cb (GLogLevelFlags   level,
              const GLogField *fields,
              gsize            n_fields,
              gpointer         user_data)
{
  WorldMemory *memory = user_data;

  if (level > G_LOG_LEVEL_MESSAGE)
    {
      for (gsize i = 0; i < n_fields; i++)
        if (g_str_equal (fields[i].key, "MESSAGE") && strstr (fields[i].value, "is not stored") != NULL)
          count (&memory->n_racy);
      return G_LOG_WRITER_HANDLED;
    }

  return g_log_writer_default (level, fields, n_fields, NULL);
}

static void
open_cache (Caller *self)
{
  self->cache = any_cache_new (self->options->cachedir, -1);
  /* Half of all processes read each entry from the disk. */
  if (g_rand_boolean (self->random))
    any_cache_set_maxmemory (self->cache, 0);

  for (Way way = 0; way < N_WAYS; way++)
    {
      g_autofree char *name = g_strdup_printf ("org.example.Read%d", (int) way);
      Reader          *reader = &self->readers[way];

      *reader = (Reader){ self, way, NULL, 0 };
      reader->function = any_cache_define (self->cache, name, "1", compute_cb, reader, NULL);
      if (way == WAY_AFTERWARDS)
        any_function_set_depfiles_func (reader->function, list_cb, reader, NULL);
    }
}

static void
close_cache (Caller *self)
{
  for (Way way = 0; way < N_WAYS; way++)
    g_object_unref (self->readers[way].function);
  g_object_unref (self->cache);
}

void
caller_run (World               *world,
            const CallerOptions *options,
            guint32              seed)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  g_autoptr (Editor) editor = editor_new (world, random);
  Caller self = { .world = world, .options = options, .random = random, .editor = editor };

  g_log_set_writer_func (write_log_cb, world->memory, NULL);
  open_cache (&self);
  while (!g_atomic_int_get (&world->memory->stop))
    step (&self);
  close_cache (&self);
}
