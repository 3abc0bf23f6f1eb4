/*
 * The expected results of the ladder, written out in full.  ladder.c tries
 * every combination and looks for its row here.  When a way is added, check
 * that only the intended rows change.
 */
#ifndef KF_TESTS_LADDER_ROWS_H
#define KF_TESTS_LADDER_ROWS_H

/*
 * A known person.  K, T and R are security key, time-based code and recovery
 * code.  The columns: what is enrolled; what `factors` allows; whether keys may
 * be asked at this place; the ways that are offered; the questions, when the
 * key is absent and codes are wrong (code/key: Enter looks for the key again;
 * insert: the prompt says so); and the reason of the denial.
 */
static const char *const known[] = {
	"--- K- here | --- |                       | not-enrolled",
	"--- K- far  | --- |                       | not-enrolled",
	"--- -T here | --- |                       | not-enrolled",
	"--- -T far  | --- |                       | not-enrolled",
	"--- KT here | --- |                       | not-enrolled",
	"--- KT far  | --- |                       | not-enrolled",
	"K-- K- here | K-- | key                   | key-absent",
	"K-- K- far  | --- |                       | key-not-asked",
	"K-- -T here | --- |                       | not-enrolled",
	"K-- -T far  | --- |                       | not-enrolled",
	"K-- KT here | K-- | key                   | key-absent",
	"K-- KT far  | --- |                       | key-not-asked",
	"-T- K- here | --- |                       | not-enrolled",
	"-T- K- far  | --- |                       | not-enrolled",
	"-T- -T here | -T- | code                  | code-wrong",
	"-T- -T far  | -T- | code                  | code-wrong",
	"-T- KT here | -T- | code                  | code-wrong",
	"-T- KT far  | -T- | code                  | code-wrong",
	"KT- K- here | K-- | key                   | key-absent",
	"KT- K- far  | --- |                       | key-not-asked",
	"KT- -T here | -T- | code                  | code-wrong",
	"KT- -T far  | -T- | code                  | code-wrong",
	"KT- KT here | KT- | key code/key (insert) | code-wrong",
	"KT- KT far  | -T- | code                  | code-wrong",
	"--R K- here | --R | code                  | code-wrong",
	"--R K- far  | --R | code                  | code-wrong",
	"--R -T here | --R | code                  | code-wrong",
	"--R -T far  | --R | code                  | code-wrong",
	"--R KT here | --R | code                  | code-wrong",
	"--R KT far  | --R | code                  | code-wrong",
	"K-R K- here | K-R | key code/key (insert) | code-wrong",
	"K-R K- far  | --R | code                  | code-wrong",
	"K-R -T here | --R | code                  | code-wrong",
	"K-R -T far  | --R | code                  | code-wrong",
	"K-R KT here | K-R | key code/key (insert) | code-wrong",
	"K-R KT far  | --R | code                  | code-wrong",
	"-TR K- here | --R | code                  | code-wrong",
	"-TR K- far  | --R | code                  | code-wrong",
	"-TR -T here | -TR | code                  | code-wrong",
	"-TR -T far  | -TR | code                  | code-wrong",
	"-TR KT here | -TR | code                  | code-wrong",
	"-TR KT far  | -TR | code                  | code-wrong",
	"KTR K- here | K-R | key code/key (insert) | code-wrong",
	"KTR K- far  | --R | code                  | code-wrong",
	"KTR -T here | -TR | code                  | code-wrong",
	"KTR -T far  | -TR | code                  | code-wrong",
	"KTR KT here | KTR | key code/key (insert) | code-wrong",
	"KTR KT far  | -TR | code                  | code-wrong",
};

/* A stranger: whether a person is enrolled; the other columns as above. */
static const char *const stranger[] = {
	"yes K- here | KTR | key code/key          | code-wrong",
	"yes K- far  | -TR | code                  | code-wrong",
	"yes -T here | -TR | code                  | code-wrong",
	"yes -T far  | -TR | code                  | code-wrong",
	"yes KT here | KTR | key code/key          | code-wrong",
	"yes KT far  | -TR | code                  | code-wrong",
	"no  K- here | KTR | key code/key          | not-enrolled",
	"no  K- far  | -TR | code                  | not-enrolled",
	"no  -T here | -TR | code                  | not-enrolled",
	"no  -T far  | -TR | code                  | not-enrolled",
	"no  KT here | KTR | key code/key          | not-enrolled",
	"no  KT far  | -TR | code                  | not-enrolled",
};

#endif
