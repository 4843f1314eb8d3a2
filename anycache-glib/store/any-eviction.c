/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "any-eviction.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "any-entry-removal.h"
#include "any-measure.h"
#include "any-posix.h"
#include "any-trim.h"

/* Where there are too many entries to look at all, at least so many are, and this part of them may go before others are looked at.
 * To look costs as much as a tenth of an eviction, so these cost about as much as what follows from them; and who goes is among
 * those used longest ago in seven of eight cases. */
#define SAMPLE_SIZE 1024
#define SAMPLE_PART 8

/* A time so far ahead was made by a clock that was set back since. */
#define MAX_AHEAD_NS G_GUINT64_CONSTANT (1000000000)

/* While all that could go is being written by others: each pause is twice as long as the last, since each ends with a look at everything. */
#define FIRST_PAUSE_US 500
#define LAST_PAUSE_US  100000

/* So many take a millisecond or two. */
#define MAX_AT_ONCE 64

struct _AnyEviction
{
  AnyUsage *usage; /* set once */
  guint64   count; /* atomic */
  gboolean  due;   /* atomic: the last time that there was no room, somebody had to go */

  GMutex   lock;   /* held while one is chosen and taken away: two who find one too many would take away two */
  AnyTrim *trim;   /* (owned), protected by lock */
  dev_t    device; /* protected by lock: whose entries are in the trim; the generation itself is not kept open for it */
  ino_t    inode;  /* protected by lock */
};

/* The usage must outlive it. */
AnyEviction *
any_eviction_new (AnyUsage *usage)
{
  AnyEviction *self = g_new0 (AnyEviction, 1);

  self->usage = usage;
  self->trim = any_trim_new ();
  g_mutex_init (&self->lock);

  return self;
}

void
any_eviction_free (AnyEviction *self)
{
  any_trim_free (self->trim);
  g_mutex_clear (&self->lock);
  g_free (self);
}

guint64
any_eviction_get_count (AnyEviction *self)
{
  return __atomic_load_n (&self->count, __ATOMIC_RELAXED);
}

static guint64
used_of (AnyEviction       *self,
         const AnyIdent    *ident,
         const struct stat *status)
{
  return MAX (any_posix_get_mtime (status), any_usage_find (self->usage, ident));
}

/* Whether an entry that may expire has. */
static gboolean
has_expired (int         directory,
             const char *file,
             guint64     now)
{
  guint8    start[ANY_HEADER_SIZE];
  AnyHeader header;
  gssize    n_read;
  int       fd = any_posix_open (directory, file, O_RDONLY);

  if (fd < 0)
    return FALSE;

  n_read = any_posix_read_all (fd, start, 0, sizeof start);
  close (fd);

  return n_read == sizeof start && any_header_read (&header, start, n_read) == ANY_MISS_NONE &&
         header.facts.expires >= 0 && (guint64) header.facts.expires < now / 1000;
}

static gboolean
knows_locked (AnyEviction   *self,
              AnyGeneration *generation)
{
  return self->device == generation->device && self->inode == generation->inode;
}

typedef struct
{
  AnyEviction *eviction;
  guint64      now; /* ns since the epoch */
} Scan;

/* A time that is still to come would keep the entry for ever, so it counts from now on. */
static gboolean
scan_cb (AnyShard          *shard,
         int                directory,
         const char        *file,
         const struct stat *status,
         gpointer           user_data)
{
  Scan        *scan = user_data;
  AnyCandidate candidate = { .ident = any_shard_ident_of (shard->index, file) };

  candidate.used = used_of (scan->eviction, &candidate.ident, status);
  if (candidate.used > scan->now + MAX_AHEAD_NS && any_posix_set_mtime (directory, file, scan->now))
    candidate.used = scan->now;
  candidate.expired = (status->st_mode & 0777) == ANY_POSIX_READ_ONLY_MODE && has_expired (directory, file, scan->now);

  any_trim_add (scan->eviction->trim, &candidate);

  return TRUE;
}

/* The shards in an order of chance: each step of an odd number comes to all of them. */
static void
scan_some_locked (AnyEviction   *self,
                  AnyGeneration *generation,
                  Scan          *scan,
                  guint          n_wanted)
{
  guint shard = g_random_int_range (0, ANY_LEDGER_SHARDS);
  guint step = 2 * g_random_int_range (0, ANY_LEDGER_SHARDS / 2) + 1;

  for (guint i = 0; i < ANY_LEDGER_SHARDS && any_trim_get_length (self->trim) < n_wanted; i++)
    any_shard_scan (generation, (shard + i * step) % ANY_LEDGER_SHARDS, scan_cb, scan);
}

static void
scan_locked (AnyEviction   *self,
             AnyGeneration *generation,
             guint64        n_entries)
{
  Scan  scan = { .eviction = self, .now = any_usage_tick (self->usage) };
  guint n_kept;

  self->device = generation->device;
  self->inode = generation->inode;
  any_trim_reset (self->trim);

  scan_some_locked (self, generation, &scan, n_entries <= ANY_EVICTION_EXACT ? G_MAXUINT : SAMPLE_SIZE);
  n_kept = any_trim_get_length (self->trim);
  if (n_entries > ANY_EVICTION_EXACT)
    n_kept = (n_kept + SAMPLE_PART - 1) / SAMPLE_PART;
  any_trim_sort (self->trim, scan.now, n_kept);
}

/* Who was used since the look stays longer. Somebody who is being changed now, or is gone, is passed over. */
static gboolean
evict_locked (AnyEviction    *self,
              AnyGeneration  *generation,
              AnyCandidate   *candidate,
              AnyLedgerTotal *total,
              gboolean       *deferred)
{
  AnyShardPath path;
  AnyShard     shard;
  struct stat  status;
  guint64      used;
  gboolean     evicted = FALSE;

  *deferred = FALSE;
  any_shard_path_init (&path, &candidate->ident);
  if (!any_shard_enter (&shard, generation, path.index, 0, NULL))
    return FALSE;

  if (fstatat (generation->fd, path.in_generation, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (status.st_mode))
    {
      used = used_of (self, &candidate->ident, &status);
      *deferred = used != candidate->used;
      if (*deferred)
        *candidate = (AnyCandidate){ .ident = candidate->ident, .used = used };
      else
        evicted = any_entry_evict (&shard, &path, &status, NULL);
    }

  any_shard_leave (&shard);
  if (evicted)
    {
      total->bytes -= MIN (total->bytes, (guint64) status.st_size);
      total->entries -= MIN (total->entries, 1);
      __atomic_add_fetch (&self->count, 1, __ATOMIC_RELAXED);
    }

  return evicted;
}

/* Gives who goes first, of those who were looked at; looks again, once, where nobody is left of them. */
static gboolean
take_locked (AnyEviction   *self,
             AnyGeneration *generation,
             guint64        n_entries,
             gboolean      *scanned,
             AnyCandidate  *candidate)
{
  if (!knows_locked (self, generation))
    any_trim_reset (self->trim);
  if (any_trim_get_length (self->trim) == 0 && !*scanned)
    {
      scan_locked (self, generation, n_entries);
      *scanned = TRUE;
    }

  return any_trim_take (self->trim, candidate);
}

static gboolean
evict_first_locked (AnyEviction    *self,
                    AnyGeneration  *generation,
                    AnyLedgerTotal *total)
{
  AnyCandidate candidate;
  gboolean     scanned = FALSE;
  gboolean     deferred;

  while (take_locked (self, generation, total->entries, &scanned, &candidate))
    {
      if (evict_locked (self, generation, &candidate, total, &deferred))
        return TRUE;
      if (deferred)
        any_trim_defer (self->trim, &candidate);
    }

  return FALSE;
}

static gboolean
is_enough (const AnyBounds      *bounds,
           const AnyLedgerTotal *total,
           const AnyLedgerTotal *wanted)
{
  return any_bounds_allow (bounds, total, wanted->bytes) || total->entries <= 1;
}

/* What is wanted of an eviction. */
typedef struct
{
  AnyDirectory    *directory;
  AnyGeneration   *generation;
  const AnyBounds *bounds;
  AnyLedgerTotal   wanted;  /* what is about to come */
  gboolean         patient; /* lets those come to an end first who are changing something now */
} Demand;

/* Looks whether there is room, and takes some away if not: one after the other, and not so many that others would wait for long. While
 * the numbers are in doubt, nobody goes. */
static gboolean
evict_some (AnyEviction  *self,
            const Demand *demand,
            guint        *n_evicted)
{
  AnyLedgerTotal total;
  gboolean       enough = FALSE;

  *n_evicted = 0;
  g_mutex_lock (&self->lock);

  if (any_measure (demand->generation, &total) && !total.doubtful)
    {
      total.bytes += demand->wanted.bytes;
      total.entries += demand->wanted.entries;
      enough = is_enough (demand->bounds, &total, &demand->wanted);
      while (!enough && *n_evicted < MAX_AT_ONCE && !(demand->patient && total.busy) &&
             evict_first_locked (self, demand->generation, &total))
        {
          enough = is_enough (demand->bounds, &total, &demand->wanted);
          ++*n_evicted;
        }
    }

  g_mutex_unlock (&self->lock);

  return enough;
}

/* Goes on until there is room, or gives up where nobody could go for a while: what is being written by others cannot. In a generation
 * that was cleared, nobody is left. */
static gboolean
evict_until_enough (AnyEviction  *self,
                    const Demand *demand)
{
  gint64 deadline = g_get_monotonic_time () + ANY_GATE_WAIT_US;
  gulong pause_us = FIRST_PAUSE_US;
  guint  n_evicted;

  while (!evict_some (self, demand, &n_evicted))
    {
      if (n_evicted > 0)
        continue;
      if (g_get_monotonic_time () >= deadline || !any_generation_is_current (demand->generation, demand->directory))
        return FALSE;

      g_usleep (pause_us);
      pause_us = MIN (2 * pause_us, LAST_PAUSE_US);
    }

  return TRUE;
}

/* Makes room for an entry of a certain length. What others are about to write counts, and cannot go. */
gboolean
any_eviction_make_room (AnyEviction     *self,
                        AnyDirectory    *directory,
                        AnyGeneration   *generation,
                        const AnyBounds *bounds,
                        guint64          length,
                        GError         **error)
{
  const Demand demand = { directory, generation, bounds, { .bytes = length, .entries = 1 }, FALSE };
  guint64      count = any_eviction_get_count (self);

  if (evict_until_enough (self, &demand))
    {
      __atomic_store_n (&self->due, any_eviction_get_count (self) != count, __ATOMIC_RELAXED);
      return TRUE;
    }

  any_posix_set_error (error, ENOSPC, "Nothing can be evicted from", generation->path);

  return FALSE;
}

/* Whether there will probably be no room for the next either: then it is better made beforehand. */
gboolean
any_eviction_is_due (AnyEviction *self)
{
  return __atomic_load_n (&self->due, __ATOMIC_RELAXED);
}

/* Takes away what is too much. The last one stays, however large it is; and where somebody is about to store something, he makes the room
 * for that. */
void
any_eviction_trim (AnyEviction     *self,
                   AnyDirectory    *directory,
                   AnyGeneration   *generation,
                   const AnyBounds *bounds)
{
  const Demand demand = { directory, generation, bounds, { 0 }, TRUE };

  evict_until_enough (self, &demand);
}
