package com.example.notes;

import java.time.Instant;

/// A note as it is kept and shown.
///
/// @param id its number
/// @param text what it says
/// @param done whether that is done
/// @param created when it was made
public record Note(int id, String text, boolean done, Instant created) {}
