/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-usage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

#include "any-pool.h"
#include "any-posix.h"
#include "any-shard.h"

/* So many uses are recorded before the interval is over. */
#define MAX_PENDING 4096

#define NS_PER_S G_GUINT64_CONSTANT (1000000000)

/* Outlives what it is a part of while somebody is on his way to record it. */
struct _AnyUsage
{
  GMutex       recorder; /* held while uses are recorded; taken before the other lock */
  AnyLocation *location; /* (nullable), protected by recorder: NULL once this is of no use any more */

  GMutex      lock;
  GHashTable *pending;   /* (owned) (element-type AnyIdent AnyRecency), protected by lock */
  GHashTable *recording; /* (owned) the same, protected by lock: what is on its way */

  guint64 clock; /* atomic: ns since the epoch; what two threads add to it at once may count once */
};

static AnyUsage *
usage_ref (AnyUsage *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
usage_clear (AnyUsage *self)
{
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->recording);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->recorder);
}

static void
usage_unref (AnyUsage *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) usage_clear);
}

static GHashTable *
new_table (void)
{
  return g_hash_table_new_full ((GHashFunc) any_ident_hash, (GEqualFunc) any_ident_equal, NULL, (GDestroyNotify) any_recency_unref);
}

/* The location must outlive it. */
AnyUsage *
any_usage_new (AnyLocation *location)
{
  AnyUsage *self = g_atomic_rc_box_new0 (AnyUsage);

  g_mutex_init (&self->recorder);
  g_mutex_init (&self->lock);
  self->location = location;
  self->pending = new_table ();
  self->recording = new_table ();

  return self;
}

/* Records what is pending. */
void
any_usage_free (AnyUsage *self)
{
  any_usage_record (self);

  g_mutex_lock (&self->recorder);
  self->location = NULL;
  g_mutex_unlock (&self->recorder);

  usage_unref (self);
}

/* Sets the clock by that of the machine. It goes back only where the machine's was set back. */
guint64
any_usage_tick (AnyUsage *self)
{
  guint64         known = __atomic_load_n (&self->clock, __ATOMIC_RELAXED) + 1;
  struct timespec time;
  guint64         now;

  clock_gettime (CLOCK_REALTIME, &time);
  now = time.tv_sec * NS_PER_S + time.tv_nsec;
  if (now < known && known - now < NS_PER_S)
    now = known;
  __atomic_store_n (&self->clock, now, __ATOMIC_RELAXED);

  return now;
}

static void
record_cb (gpointer data)
{
  AnyUsage *self = data;

  any_usage_record (self);
  usage_unref (self);
}

/* Has what is pending recorded some time from now. Where no thread can be had for that, it is with the next flush, or in the end. */
static void
record_later (AnyUsage *self,
              gint64    delay_us)
{
  if (!any_pool_try_push_later (record_cb, usage_ref (self), delay_us))
    usage_unref (self);
}

/* The first use since the last was recorded. A record that was read anew may be of an entry that is pending already. */
static void
note_first (AnyUsage  *self,
            AnyRecord *record)
{
  guint64     now = any_usage_tick (self);
  AnyRecency *recency = __atomic_load_n (&record->recency, __ATOMIC_ACQUIRE);
  AnyRecency *none = NULL;
  gboolean    is_new;
  guint       n_pending;

  if (recency == NULL)
    {
      AnyIdent    ident = any_ident_of (record->key, record->key_length);
      AnyRecency *fresh = any_recency_new (&ident);

      recency = fresh;
      if (!__atomic_compare_exchange_n (&record->recency, &none, fresh, FALSE, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        {
          any_recency_unref (fresh);
          recency = none;
        }
    }

  g_mutex_lock (&self->lock);
  __atomic_store_n (&recency->used, now, __ATOMIC_RELAXED);
  __atomic_store_n (&recency->pending, TRUE, __ATOMIC_RELEASE);
  is_new = g_hash_table_replace (self->pending, &recency->ident, any_recency_ref (recency));
  n_pending = g_hash_table_size (self->pending);
  g_mutex_unlock (&self->lock);

  if (is_new && n_pending == 1)
    record_later (self, ANY_USAGE_INTERVAL_US);
  else if (is_new && n_pending == MAX_PENDING)
    record_later (self, 0);
}

/* Notes that a record was used just now. */
void
any_usage_note (AnyUsage  *self,
                AnyRecord *record)
{
  AnyRecency *recency = __atomic_load_n (&record->recency, __ATOMIC_ACQUIRE);
  guint64     now = __atomic_load_n (&self->clock, __ATOMIC_RELAXED) + 1;

  if (recency == NULL || !__atomic_load_n (&recency->pending, __ATOMIC_ACQUIRE))
    {
      note_first (self, record);
      return;
    }

  __atomic_store_n (&self->clock, now, __ATOMIC_RELAXED);
  __atomic_store_n (&recency->used, now, __ATOMIC_RELAXED);
}

/* When an entry was used last, if that is not recorded yet; else 0. */
guint64
any_usage_find (AnyUsage       *self,
                const AnyIdent *ident)
{
  AnyRecency *recency;
  guint64     used;

  g_mutex_lock (&self->lock);
  recency = g_hash_table_lookup (self->pending, ident);
  if (recency == NULL)
    recency = g_hash_table_lookup (self->recording, ident);
  used = recency != NULL ? __atomic_load_n (&recency->used, __ATOMIC_RELAXED) : 0;
  g_mutex_unlock (&self->lock);

  return used;
}

/* Who has used it later than we did has recorded that already. */
static void
record_one (AnyRecency    *recency,
            AnyGeneration *generation)
{
  AnyShardPath path;
  struct stat  status;
  guint64      used = __atomic_load_n (&recency->used, __ATOMIC_RELAXED);

  any_shard_path_init (&path, &recency->ident);
  if (fstatat (generation->fd, path.in_generation, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
      S_ISREG (status.st_mode) &&
      any_posix_get_mtime (&status) < used)
    any_posix_set_mtime (generation->fd, path.in_generation, used);
}

/* What is used from now on will be recorded the next time. */
static gboolean
begin_recording (AnyUsage *self)
{
  GHashTableIter iterator;
  gpointer       recency;
  guint          n_recording;

  g_mutex_lock (&self->lock);

  g_hash_table_unref (self->recording);
  self->recording = self->pending;
  self->pending = new_table ();
  n_recording = g_hash_table_size (self->recording);

  g_hash_table_iter_init (&iterator, self->recording);
  while (g_hash_table_iter_next (&iterator, NULL, &recency))
    __atomic_store_n (&((AnyRecency *) recency)->pending, FALSE, __ATOMIC_RELEASE);

  g_mutex_unlock (&self->lock);

  return n_recording > 0;
}

static void
record_all (AnyUsage *self)
{
  g_autoptr (AnyDirectory) directory = NULL;
  g_autoptr (AnyGeneration) generation = NULL;
  GHashTableIter iterator;
  gpointer       recency;

  any_location_find_generation (self->location, &directory, &generation, NULL);
  if (generation == NULL || !generation->writable)
    return;

  /* Nobody changes the table while the recorder is held. */
  g_hash_table_iter_init (&iterator, self->recording);
  while (g_hash_table_iter_next (&iterator, NULL, &recency))
    record_one (recency, generation);
}

static void
end_recording (AnyUsage *self)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove_all (self->recording);
  g_mutex_unlock (&self->lock);
}

/* Makes known to others what was used. */
void
any_usage_record (AnyUsage *self)
{
  g_mutex_lock (&self->recorder);

  if (self->location != NULL && begin_recording (self))
    {
      record_all (self);
      end_recording (self);
    }

  g_mutex_unlock (&self->recorder);
}
