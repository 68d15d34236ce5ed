/*
 * What shmtop load is asked for.
 */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "core/matrix/shape.h"
#include "core/sys/text.h"
#include "tui/command/allow.h"
#include "tui/command/load_private.h"

static int parse_mode(struct load_command *command, const char *who, const char *text)
{
    char *end;
    unsigned long mode = strtoul(text, &end, 8);
    if (!text[0] || strspn(text, "01234567") != strlen(text) || strlen(text) > 5 || mode > 0777) {
        report_usage(command->options, who, "option --mode takes an octal number up to 0777");
        return -EINVAL;
    }
    command->load.publish.mode = (mode_t)mode;
    command->load.publish.mode_set = true;
    return 0;
}

/* A number that fits an id and is not "keep". */
static bool parse_id(const char *text, uint32_t *ret_id)
{
    char *end;
    errno = 0;
    unsigned long long id = strtoull(text, &end, 10);
    if (!text[0] || text[strspn(text, "0123456789")] || errno || id >= UINT32_MAX)
        return false;
    *ret_id = (uint32_t)id;
    return true;
}

static int parse_owner(struct load_command *command, const char *who, const char *text, bool is_group)
{
    char shown[512];
    uint32_t id;
    const struct passwd *user = is_group ? NULL : getpwnam(text);
    const struct group *group = is_group ? getgrnam(text) : NULL;
    if (user)
        id = user->pw_uid;
    else if (group)
        id = group->gr_gid;
    else if (!parse_id(text, &id)) {
        report_usage(command->options, who, "there is no %s %s", is_group ? "group" : "user",
                     report_escape(command->options, text, shown, sizeof shown));
        return -EINVAL;
    }
    if (is_group)
        command->load.publish.gid = id;
    else
        command->load.publish.uid = id;
    return 0;
}

static int parse_order(struct load_command *command, const char *who, const char *text)
{
    static const char *const words[] = {
        [LOAD_ORDER_KEEP] = "keep", [LOAD_ORDER_C] = "C", [LOAD_ORDER_F] = "F"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i]) == 0) {
            command->load.order = (enum load_order)i;
            return 0;
        }
    }
    report_usage(command->options, who, "option --order takes keep, C or F");
    return -EINVAL;
}

static int parse_layout(struct load_command *command, const char *who, const char *text)
{
    bool is_npy = strcmp(text, "npy") == 0;
    if (!is_npy && strcmp(text, "raw") != 0) {
        report_usage(command->options, who, "option --layout takes npy or raw");
        return -EINVAL;
    }
    command->load.layout = is_npy ? LAYOUT_NPY : LAYOUT_RAW;
    return 0;
}

static int parse_as(struct load_command *command, const char *who, const char *text)
{
    struct error error;
    struct dtype as;
    if (dtype_parse(text, &as, &error) < 0) {
        report_usage(command->options, who, "option --as: %s", error.text);
        return -EINVAL;
    }
    dtype_clear(&command->as);
    command->as = as;
    command->load.as = command->from.as = &command->as;
    return 0;
}

static int parse_delimiter(struct load_command *command, const char *who, const char *text)
{
    size_t length = strlen(text);
    uint32_t character;
    if (strcmp(text, "tab") == 0)
        character = '\t';
    else if (strcmp(text, "space") == 0)
        character = SOURCE_DELIMITER_BLANKS;
    else if (length == 0 || text_decode(text, length, &character) != length) {
        report_usage(command->options, who, "option --delimiter takes one character, or tab, or space");
        return -EINVAL;
    }
    command->from.delimiter = character;
    return 0;
}

static int parse_header_lines(struct load_command *command, const char *who, const char *text)
{
    char *end;
    errno = 0;
    long long lines = strtoll(text, &end, 10);
    if (!text[0] || text[strspn(text, "0123456789")] || errno) {
        report_usage(command->options, who,
                     "option --header-lines takes a number of lines, 0 where there is none");
        return -EINVAL;
    }
    command->from.header_lines = lines;
    return 0;
}

static int parse_shape(struct load_command *command, const char *who, const char *text)
{
    struct error error;
    if (shape_parse_open(text, &command->from.rank, command->from.shape, &command->from.open, &error) < 0) {
        report_usage(command->options, who, "option --shape: %s", error.text);
        return -EINVAL;
    }
    command->from.has_shape = true;
    command->from.finds_dim = command->from.open >= 0;
    return 0;
}

enum {
    OPTION_AS = 256,
    OPTION_MEMBER,
    OPTION_DELIMITER,
    OPTION_HEADER_LINES,
    OPTION_SHAPE,
    OPTION_STRICT,
    OPTION_ORDER,
    OPTION_LAYOUT,
    OPTION_MODE,
    OPTION_GROUP,
    OPTION_OWNER,
    OPTION_REPLACE,
    OPTION_ALLOW,
};

static int take_option(struct load_command *command, const char *who, int option)
{
    struct publish_options *publish = &command->load.publish;
    switch (option) {
    case OPTION_AS:
        return parse_as(command, who, optarg);
    case OPTION_MEMBER:
        command->from.member = optarg;
        return 0;
    case OPTION_DELIMITER:
        return parse_delimiter(command, who, optarg);
    case OPTION_HEADER_LINES:
        return parse_header_lines(command, who, optarg);
    case OPTION_SHAPE:
        return parse_shape(command, who, optarg);
    case OPTION_STRICT:
        command->load.strict = true;
        return 0;
    case OPTION_ORDER:
        return parse_order(command, who, optarg);
    case OPTION_LAYOUT:
        return parse_layout(command, who, optarg);
    case OPTION_MODE:
        return parse_mode(command, who, optarg);
    case OPTION_GROUP:
        return parse_owner(command, who, optarg, true);
    case OPTION_OWNER:
        return parse_owner(command, who, optarg, false);
    case OPTION_REPLACE:
        publish->replace = true;
        return 0;
    case OPTION_ALLOW:
        return allow_parse(command->options, who, optarg, &publish->allow_held, &publish->allow_protected);
    default:
        return -EINVAL;
    }
}

/* Which go together. */
static int check_combination(const struct load_command *command, const char *who)
{
    const struct source_options *from = &command->from;
    const struct publish_options *publish = &command->load.publish;
    bool is_of_text = from->delimiter != SOURCE_DELIMITER_AUTO || from->header_lines >= 0;
    if ((publish->allow_held || publish->allow_protected) && !publish->replace)
        report_usage(command->options, who, "option --allow goes with --replace");
    else if (!from->has_shape)
        return 0;
    else if (!command->load.as)
        report_usage(command->options, who, "option --shape needs --as DTYPE: the file is raw bytes then");
    else if (from->member || is_of_text)
        report_usage(command->options, who, "option --shape makes the file raw bytes: no %s",
                     from->member ? "--member" : "--delimiter and no --header-lines");
    else
        return 0;
    return -EINVAL;
}

int load_parse(struct load_command *command, int argc, char **argv)
{
    static const struct option names[] = {
        {"as", required_argument, NULL, OPTION_AS},
        {"member", required_argument, NULL, OPTION_MEMBER},
        {"delimiter", required_argument, NULL, OPTION_DELIMITER},
        {"header-lines", required_argument, NULL, OPTION_HEADER_LINES},
        {"shape", required_argument, NULL, OPTION_SHAPE},
        {"strict", no_argument, NULL, OPTION_STRICT},
        {"order", required_argument, NULL, OPTION_ORDER},
        {"layout", required_argument, NULL, OPTION_LAYOUT},
        {"mode", required_argument, NULL, OPTION_MODE},
        {"group", required_argument, NULL, OPTION_GROUP},
        {"owner", required_argument, NULL, OPTION_OWNER},
        {"replace", no_argument, NULL, OPTION_REPLACE},
        {"allow", required_argument, NULL, OPTION_ALLOW},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    optind = 0;
    while ((option = options_next(command->options, argv[0], argc, argv, "h", names)) != -1) {
        if (option == 'h') {
            command_print_usage(&command_load);
            return 1;
        }
        if (take_option(command, argv[0], option) < 0)
            return -EINVAL;
    }
    if (optind == argc || optind + 2 < argc) {
        report_usage(command->options, argv[0],
                     optind == argc ? "which file? load FILE [NAME]" : "takes FILE and NAME");
        return -EINVAL;
    }
    command->file = argv[optind];
    command->name = argv[optind + 1];
    return check_combination(command, argv[0]);
}
