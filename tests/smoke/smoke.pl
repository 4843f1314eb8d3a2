# SPDX-FileCopyrightText: 2026 The AnyCache Authors
# SPDX-License-Identifier: LGPL-2.1-or-later

# The library in Perl, by Glib::Object::Introspection alone: smoke.pl DIRECTORY, which has the folders cache and files.

use strict;
use warnings;

use Glib;
use Glib::Object::Introspection;

Glib::Object::Introspection->setup (basename => 'Gio', version => '2.0', package => 'Gio');
Glib::Object::Introspection->setup (basename => 'AnyCache', version => '1.0', package => 'AnyCache');

sub check {
    my ($holds, $complaint) = @_;
    die "$complaint\n" unless $holds;
}

# What an action throws.
sub thrown_by {
    my ($action) = @_;
    eval { $action->(); 1 } and die "nothing was thrown\n";
    return $@;
}

my $directory = $ARGV[0];
my $computed = 0;
my $cache = AnyCache::Cache->new ("$directory/cache", -1);
my $args = Glib::Variant->new ('(x)', [12]);

my $square = $cache->define ('org.example.Square', undef, sub {
    my ($request) = @_;
    my $number = $request->get_args->get_child_value (0)->get_int64;
    $computed++;
    $request->add_dependency ("$directory/files/file");
    $request->return_value (Glib::Variant->new_int64 ($number * $number));
    return 1;
});

# The second is a hit, until the file appears.
check ($square->call ($args, undef)->get_int64 == 144, 'the first result is another one') for 1, 2;
check ($computed == 1, 'it was not computed once');
check ($cache->get_stats->get_hits ('memory') == 1, 'there was no hit');
open (my $file, '>', "$directory/files/file") or die;
close ($file);
check ($square->is_outdated ($args, undef), 'the file does not count');
check ($square->call ($args, undef)->get_int64 == 144, 'the last result is another one');
check ($computed == 2, 'it was not computed anew');

my $failing = $cache->define ('org.example.Failing', undef, sub {
    my ($request) = @_;
    $request->return_error_literal (Gio::io_error_quark (), 1, 'no such word');
    return 1;
});
my $failure = thrown_by (sub { $failing->call ($args, undef) });
check (Glib::Error::matches ($failure, 'Gio::IOErrorEnum', 'not-found'), "thrown was $failure");
check ($failure->message eq 'no such word', "thrown was $failure");

my $silent = $cache->define ('org.example.Silent', undef, sub { 0 });
$failure = thrown_by (sub { $silent->call ($args, undef) });
check (Glib::Error::matches ($failure, 'AnyCache::CacheError', 'no-result'), "thrown was $failure");

# Asynchronously, and by the signal.
my $value;
my $loop = Glib::MainLoop->new;
my $signalled = AnyCache::Function->new ($cache, 'org.example.Signalled', undef);
$signalled->signal_connect (compute => sub {
    my (undef, $request) = @_;
    $request->return_value (Glib::Variant->new_string ('signalled'));
    return 1;
});
$signalled->call_async ($args, undef, sub {
    my (undef, $result) = @_;
    $value = $signalled->call_finish ($result)->get_string;
    $loop->quit;
});
$loop->run;
check ($value eq 'signalled', "the value is $value");
