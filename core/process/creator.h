/*
 * The creator's pid where a segment's own bytes tell it: ImageStreamIO's header and PulseAudio's trailer
 * (field-guide.md §3.2).
 */
#ifndef SHMTOP_CORE_PROCESS_CREATOR_H
#define SHMTOP_CORE_PROCESS_CREATOR_H

#include "core/process/producers.h"
#include "core/segment/segment.h"

/*
 * Fills segment->creator_pid of a segment that segment_recognise was asked of, which tells an image's, with 0
 * where there is none: where its producer does not say that it stands in the content, where the bytes may not
 * be read or are another version's, and where it is gone or no longer the same. So nothing fails. Reads a few
 * bytes with pread and keeps nothing open. producers may be NULL: the built-in table.
 */
void creator_read(const struct directory *directory, struct segment *segment,
                  const struct producers *producers);

/* The same of what is open already. */
void creator_read_opened(int fd, struct segment *segment, const struct producers *producers);

#endif
