/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Measures how many requests the memory tier answers when it is smaller than what is asked for. */

#include <stdlib.h>

#include "any-memory-tier.h"
#include "plan.h"
#include "simple-cache.h"
#include "trace.h"

#define PLOT "hit-ratios"

#define TIER "memory tier"
#define LRU  "LRU"
#define FIFO "FIFO"

/* All values are of one size. */
#define VALUE_LENGTH 100

static const char description[] =
  "Plays traces to the memory tier, whose eviction is SIEVE, and to simulated caches of as many entries that evict by LRU and\n"
  "FIFO: keys of which few are asked for often (Zipf), keys in turn (scan), and the first with pieces of the second.\n"
  "Nothing is timed, and every run gives the same.\n"
  "\n"
  "Ends with an error where the tier answers less than LRU although scans come between.";

/* What can be asked for. */
typedef struct
{
  AnyKey     *keys;    /* (owned) (array length=n_keys) */
  AnyRecord **records; /* (owned) (array length=n_keys) */
  guint       n_keys;
} Stock;

typedef struct
{
  double tier;
  double lru;
  double fifo;
} Ratios;

static AnyRecord *
seal (const AnyKey *key)
{
  g_autoptr (GBytes) dependencies = g_bytes_new_static ("", 0);
  g_autofree char *text = g_strnfill (VALUE_LENGTH, 'x');
  g_autoptr (GVariant) value = g_variant_ref_sink (g_variant_new_string (text));
  gsize head_length;

  return any_codec_seal (key, dependencies, value, &(AnyFacts){ .expires = -1 }, ANY_CODEC_NEVER_COMPRESS, &head_length);
}

static Stock *
stock_new (guint n_keys)
{
  Stock *self = g_new0 (Stock, 1);

  self->keys = g_new0 (AnyKey, n_keys);
  self->records = g_new0 (AnyRecord *, n_keys);
  self->n_keys = n_keys;
  for (guint i = 0; i < n_keys; i++)
    {
      g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new ("(u)", i));

      if (!any_key_init (&self->keys[i], "org.example.Trace", NULL, args, NULL))
        g_error ("There is no key for %u", i);
      self->records[i] = seal (&self->keys[i]);
    }

  return self;
}

static void
stock_free (Stock *self)
{
  for (guint i = 0; i < self->n_keys; i++)
    {
      any_record_unref (self->records[i]);
      any_key_clear (&self->keys[i]);
    }
  g_free (self->keys);
  g_free (self->records);
  g_free (self);
}

/* Whether a key is in the tier; afterwards it is. */
static gboolean
ask_tier (AnyMemoryTier *tier,
          Stock         *stock,
          guint          key)
{
  g_autoptr (AnyRecord) found = any_memory_tier_find (tier, &stock->keys[key]);

  if (found == NULL)
    any_memory_tier_put (tier, &stock->keys[key], stock->records[key]);

  return found != NULL;
}

/* How many bytes a tier must have to hold a record: the fewest with which it keeps one. */
static gint64
measure_weight (Stock *stock)
{
  gint64 too_few = 0;
  gint64 enough = 1 << 20;

  while (enough - too_few > 1)
    {
      gint64         tried = (too_few + enough) / 2;
      AnyMemoryTier *tier = any_memory_tier_new (tried);

      ask_tier (tier, stock, 0);
      if (ask_tier (tier, stock, 0))
        enough = tried;
      else
        too_few = tried;
      any_memory_tier_free (tier);
    }

  return enough;
}

static double
play_to_tier (const Trace *trace,
              Stock       *stock,
              guint        capacity)
{
  AnyMemoryTier *tier = any_memory_tier_new (capacity * measure_weight (stock));
  guint          n_hits = 0;

  for (guint i = 0; i < trace->n_requests; i++)
    n_hits += ask_tier (tier, stock, trace->requests[i]);
  any_memory_tier_free (tier);

  return (double) n_hits / trace->n_requests;
}

static double
play_to_simple_cache (const Trace *trace,
                      guint        capacity,
                      gboolean     lru)
{
  SimpleCache *cache = simple_cache_new (trace->n_keys, capacity, lru);
  guint        n_hits = 0;

  for (guint i = 0; i < trace->n_requests; i++)
    n_hits += simple_cache_ask (cache, trace->requests[i]);
  simple_cache_free (cache);

  return (double) n_hits / trace->n_requests;
}

static Ratios
play (const Plan  *plan,
      const char  *name,
      const Trace *trace,
      Stock       *stock,
      guint        capacity)
{
  Ratios ratios = {
    play_to_tier (trace, stock, capacity),
    play_to_simple_cache (trace, capacity, TRUE),
    play_to_simple_cache (trace, capacity, FALSE),
  };

  g_print ("%-24s %9u   %11.3f %9.3f %9.3f\n", name, capacity, ratios.tier, ratios.lru, ratios.fifo);
  report_bar (plan->report, PLOT, TIER, name, ratios.tier);
  report_bar (plan->report, PLOT, LRU, name, ratios.lru);
  report_bar (plan->report, PLOT, FIFO, name, ratios.fifo);

  return ratios;
}

static guint
measure (const Plan *plan)
{
  const guint n_keys = plan->brief ? 2000 : 20000;
  const guint n_requests = n_keys * 50;
  const guint capacity = n_keys / 10;
  Stock      *stock = stock_new (n_keys);
  g_autoptr (Trace) flat = trace_new_zipf (0.8, n_keys, n_requests);
  g_autoptr (Trace) usual = trace_new_zipf (1.0, n_keys, n_requests);
  g_autoptr (Trace) steep = trace_new_zipf (1.2, n_keys, n_requests);
  g_autoptr (Trace) scan = trace_new_scan (n_keys, n_requests);
  g_autoptr (Trace) both = trace_new_zipf_with_scans (1.0, n_keys, n_requests, capacity);
  Ratios with_scans;

  g_print ("Hit ratios, %u requests for %u keys\n%-24s %9s   %11s %9s %9s\n", n_requests, n_keys, "trace", "entries", TIER, LRU, FIFO);
  play (plan, "Zipf 0.8", flat, stock, capacity);
  play (plan, "Zipf 1.0", usual, stock, capacity);
  play (plan, "Zipf 1.2", steep, stock, capacity);
  play (plan, "scan", scan, stock, capacity);
  with_scans = play (plan, "Zipf 1.0 and scans", both, stock, capacity);
  stock_free (stock);

  if (with_scans.tier > with_scans.lru)
    return 0;

  g_print ("With scans in between, the tier answers no more than LRU\n");

  return 1;
}

int
main (int    argc,
      char **argv)
{
  Plan plan;

  if (!plan_init (&plan, &argc, &argv, description, NULL))
    return EXIT_FAILURE;

  return plan_end (&plan, measure (&plan));
}
