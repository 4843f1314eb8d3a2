/* SPDX-FileCopyrightText: 2026 The AnyCache Authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "gang.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  pid_t pid;
  int   socket; /* (owned) */
} Member;

struct _Gang
{
  Member *members; /* (owned) (array length=n_members) */
  guint   n_members;
};

typedef struct
{
  guint order;
  guint count;
} Message;

/* The life of a member; it ends with the gang, whatever becomes of that. */
G_GNUC_NORETURN static void
serve (int      socket,
       GangFunc func,
       gpointer member)
{
  Message message;

  while (read (socket, &message, sizeof message) == sizeof message)
    {
      guint n_failed = func (member, message.order, message.count);

      if (write (socket, &n_failed, sizeof n_failed) != sizeof n_failed)
        break;
    }

  _exit (EXIT_SUCCESS);
}

/* Nobody keeps the other end of another's socket: a child that did would keep that one alive. */
static void
close_sockets (Gang *self,
               guint n_members)
{
  for (guint i = 0; i < n_members; i++)
    close (self->members[i].socket);
}

Gang *
gang_new (guint        n_members,
          GangJoinFunc join,
          GangFunc     func,
          gpointer     data)
{
  Gang *self = g_new0 (Gang, 1);

  self->members = g_new0 (Member, n_members);
  self->n_members = n_members;

  for (guint i = 0; i < n_members; i++)
    {
      Member *member = &self->members[i];
      int     sockets[2];

      if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0 || (member->pid = fork ()) < 0)
        g_error ("No more processes: %s", g_strerror (errno));

      if (member->pid == 0)
        {
          close_sockets (self, i);
          close (sockets[0]);
          serve (sockets[1], func, join (i, data));
        }

      close (sockets[1]);
      member->socket = sockets[0];
    }

  return self;
}

void
gang_free (Gang *self)
{
  close_sockets (self, self->n_members);
  for (guint i = 0; i < self->n_members; i++)
    waitpid (self->members[i].pid, NULL, 0);
  g_free (self->members);
  g_free (self);
}

/* Divides the work among the first members, and waits for the last. */
guint
gang_do (Gang *self,
         guint n_members,
         guint order,
         guint count)
{
  Message message = { order, count / n_members };
  guint   n_failed = count % n_members;

  for (guint i = 0; i < n_members; i++)
    {
      if (write (self->members[i].socket, &message, sizeof message) != sizeof message)
        g_error ("A process has ended: %s", g_strerror (errno));
    }

  for (guint i = 0; i < n_members; i++)
    {
      guint answer = 0;

      if (read (self->members[i].socket, &answer, sizeof answer) != sizeof answer)
        g_error ("A process has ended");
      n_failed += answer;
    }

  return n_failed;
}
