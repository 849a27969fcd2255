"""Talking to other programs of this machine by SAMP, the Simple Application Messaging Protocol.

IVOA Recommendation 1.3 (2012), standard profile: XML-RPC over HTTP between programs and a hub that
one of them runs (TOPCAT and Aladin do). It is written here in the standard library alone: whatever
arrives is bounded in size and time and checked before it is believed, nothing but this machine is
ever spoken to, and `Client` starts no thread of its own. Nothing is loaded before it is asked for.
"""
