"""Imported last by the process that programs are forked from: their garbage collections leave out what it imported."""

import gc

gc.collect()
gc.freeze()
