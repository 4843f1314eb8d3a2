/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "trace.h"

#include <math.h>

/* Of all requests, one in so many belongs to a scan, where there are scans. */
#define SCAN_SHARE 4

static Trace *
trace_new (guint n_keys,
           guint n_requests)
{
  Trace *self = g_new0 (Trace, 1);

  self->requests = g_new (guint, n_requests);
  self->n_requests = n_requests;
  self->n_keys = n_keys;

  return self;
}

void
trace_free (Trace *self)
{
  g_free (self->requests);
  g_free (self);
}

/* Sums of the weights 1 / rank^alpha: the key of a rank is drawn between the sum before it and its own. */
static double *
zipf_sums (double alpha,
           guint  n_keys)
{
  double *sums = g_new (double, n_keys);
  double  sum = 0;

  for (guint i = 0; i < n_keys; i++)
    {
      sum += pow (i + 1, -alpha);
      sums[i] = sum;
    }

  return sums;
}

static guint
draw (const double *sums,
      guint         n_keys,
      GRand        *random)
{
  double point = g_rand_double (random) * sums[n_keys - 1];
  guint  low = 0;
  guint  high = n_keys - 1;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (sums[middle] > point)
        high = middle;
      else
        low = middle + 1;
    }

  return low;
}

/* Few keys are asked for often, many seldom; alpha tells how uneven that is. */
Trace *
trace_new_zipf (double alpha,
                guint  n_keys,
                guint  n_requests)
{
  Trace             *self = trace_new (n_keys, n_requests);
  g_autofree double *sums = zipf_sums (alpha, n_keys);
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (guint i = 0; i < n_requests; i++)
    self->requests[i] = draw (sums, n_keys, random);

  return self;
}

/* All keys in turn, again and again. */
Trace *
trace_new_scan (guint n_keys,
                guint n_requests)
{
  Trace *self = trace_new (n_keys, n_requests);

  for (guint i = 0; i < n_requests; i++)
    self->requests[i] = i % n_keys;

  return self;
}

/* Now and then, somebody goes through other keys, which half of the numbers are for: a backup, a search in everything. */
Trace *
trace_new_zipf_with_scans (double alpha,
                           guint  n_keys,
                           guint  n_requests,
                           guint  scan_length)
{
  guint              n_zipf = n_keys / 2;
  Trace             *self = trace_new (n_keys, n_requests);
  g_autofree double *sums = zipf_sums (alpha, n_zipf);
  g_autoptr (GRand) random = g_rand_new_with_seed (5);
  guint n_scanned = 0;

  for (guint i = 0; i < n_requests; i++)
    {
      if (i / scan_length % SCAN_SHARE == SCAN_SHARE - 1)
        self->requests[i] = n_zipf + n_scanned++ % (n_keys - n_zipf);
      else
        self->requests[i] = draw (sums, n_zipf, random);
    }

  return self;
}
