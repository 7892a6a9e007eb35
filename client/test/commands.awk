# The command names used in bash scripts, one per line: FILE:LINE NAME. For set_up.sh, which checks where each comes from.
#
# It knows quotes, substitutions, here-documents, case, arrays and [[ ]], and the commands that run another one (exec, timeout, xargs …,
# also sh -c '…'). It does not follow eval or variables. Functions that the script defines are printed as "FILE:LINE NAME()".

function push(kind) { depth++; kind_of[depth] = kind; start(); }
function start() { expecting[depth] = 1; wrapped[depth] = 0; pattern[depth] = 0; clear() }
function clear() { word[depth] = ""; quoted[depth] = 0; dynamic[depth] = 0; begun[depth] = 0 }
function add(text) { word[depth] = word[depth] text; begun[depth] = 1 }
function report(name, suffix) { print FILENAME_OF ":" line " " name suffix }
function is_plain(text) { return text ~ /^[A-Za-z_][A-Za-z0-9_+.-]*$/ }

# What a word implies for the words after it.
function end_word(    text) {
    if (!begun[depth]) return
    text = word[depth]
    if (target[depth]) { target[depth] = 0; clear(); return }
    if (kind_of[depth] == "array" || kind_of[depth] == "cond") {
        if (kind_of[depth] == "cond" && text == "]]") { depth--; clear(); expecting[depth] = 0; return }
        clear(); return
    }
    if (pattern[depth] == 1) { if (text == "in" && !quoted[depth]) pattern[depth] = 2; clear(); return }
    if (pattern[depth] == 2) { if (text == "esac") { pattern[depth] = 0; expecting[depth] = 0 }; clear(); return }
    if (expecting[depth]) command_word(text)
    else if (wrapped[depth]) wrapped_word(text)
    clear()
}
function command_word(text) {
    if (!quoted[depth] && !dynamic[depth]) {
        if (text ~ /^(if|then|else|elif|do|while|until|!|\{|time|coproc)$/) return
        if (text ~ /^(fi|done|\})$/) { expecting[depth] = 0; return }
        if (text == "esac") { expecting[depth] = 0; return }
        if (text == "case") { pattern[depth] = 1; expecting[depth] = 0; cases[depth]++; return }
        if (text ~ /^(for|select|function)$/) { expecting[depth] = 0; return }
        if (text == "[[") { clear(); push("cond"); expecting[depth] = 0; return }
    }
    if (text ~ /^[A-Za-z_][A-Za-z0-9_]*(\[[^]]*\])?[+]?=/) return
    expecting[depth] = 0
    if (dynamic[depth] || !is_plain(text)) return
    report(text, "")
    begin_wrapped(text)
}
function begin_wrapped(text) {
    wrapped[depth] = text in operands ? text : ""
    operands_left[depth] = text in operands ? operands[text] : 0
    skip_value[depth] = 0
}
# The command run is the first word that is not an option, an option's value or an operand of the outer command.
function wrapped_word(text,    by) {
    by = wrapped[depth]
    if (skip_value[depth]) {
        skip_value[depth] = 0
        if (by ~ /^(bash|sh)$/) { wrapped[depth] = ""; if (quoted[depth]) queue(quoted_text[depth]) }
        return
    }
    if (by == "command" && text ~ /^-[vV]/) { wrapped[depth] = ""; return }
    if (text ~ /^-/) { skip_value[depth] = text ~ by_option[by]; return }
    if (by ~ /^(bash|sh)$/) { wrapped[depth] = ""; return }
    if (by == "env" && text ~ /^[A-Za-z_][A-Za-z0-9_]*=/) return
    if (operands_left[depth] > 0) { operands_left[depth]--; return }
    wrapped[depth] = ""
    if (dynamic[depth] || quoted[depth] || !is_plain(text)) return
    report(text, "")
    begin_wrapped(text)
}
function queue(text) { queued[++queue_end] = text; queued_line[queue_end] = line }

# $(…) and its like begin in the middle of a word, and the word goes on after them.
function scan(s,    n, i, c, two, three, k, j) {
    n = length(s); depth = 0; heredocs = 0; push("top")
    for (i = 1; i <= n; i++) {
        c = substr(s, i, 1); two = substr(s, i, 2); k = kind_of[depth]
        if (c == "\n") line++
        if (k == "dq") {
            if (c == "\"") { depth--; if (kind_of[depth] != "brace") add(inner); inner = ""; begun[depth] = 1; quoted[depth] = 1; quoted_text[depth] = substr(s, from[depth + 1], i - from[depth + 1]) }
            else if (c == "\\") { i++; if (substr(s, i, 1) == "\n") line++ }
            else if (two == "$(" && substr(s, i, 3) != "$((") { mark_dynamic(); i++; push("sub") }
            else if (two == "$((") { i = skip_arithmetic(s, i + 3, n); mark_dynamic() }
            else if (two == "${") { mark_dynamic(); i++; push("brace") }
            else if (c == "$") mark_dynamic()
            else inner = inner c
            continue
        }
        if (k == "brace") {
            if (c == "}") { depth--; begun[depth] = 1; dynamic[depth] = 1 }
            else if (c == "\\") i++
            else if (c == "\"") { push("dq"); from[depth] = i + 1 }
            else if (c == "'" && kind_of[depth - 1] != "dq") i = skip_quote(s, i, n)
            else if (two == "$(" && substr(s, i, 3) != "$((") { i++; push("sub") }
            else if (two == "${") { i++; push("brace") }
            continue
        }
        if (c == "\\") { i++; if (substr(s, i, 1) == "\n") line++; else { add(substr(s, i, 1)); quoted[depth] = 1 } continue }
        if (c == "'") { j = skip_quote(s, i, n); quoted_text[depth] = substr(s, i + 1, j - i - 1); add("q"); quoted[depth] = 1; i = j; continue }
        if (two == "$'") { for (i += 2; i <= n && substr(s, i, 1) != "'"; i++) if (substr(s, i, 1) == "\\") i++; add("q"); quoted[depth] = 1; continue }
        if (c == "\"") { begun[depth] = 1; inner = ""; push("dq"); from[depth] = i + 1; continue }
        if (two == "$(" || two == "<(" || two == ">(") {
            if (substr(s, i, 3) == "$((") { i = skip_arithmetic(s, i + 3, n); begun[depth] = 1; dynamic[depth] = 1; continue }
            begun[depth] = 1; dynamic[depth] = 1; i++; push("sub"); continue
        }
        if (two == "${") { begun[depth] = 1; dynamic[depth] = 1; i++; push("brace"); continue }
        if (c == "$") { add(c); dynamic[depth] = 1; continue }
        if (c == "#" && !begun[depth]) { while (i <= n && substr(s, i, 1) != "\n") i++; i--; continue }
        if (c == " " || c == "\t") { end_word(); continue }
        if (k == "cond") {
            if (word[depth] == "]]" && c ~ /[;)\n&|]/) { end_word(); if (c == "\n") line--; i--; continue }
            if (c == "\n") end_word()
            else add(c)
            continue
        }
        if (k == "array") { if (c == ")") { end_word(); depth--; begun[depth] = 1; dynamic[depth] = 1 } else if (c == "\n") end_word(); else add(c); continue }
        if (c == "\n" || c == ";" || c == "|" || (c == "&" && substr(s, i + 1, 1) != ">" && !target[depth])) {
            end_word()
            if (c == "\n" && heredocs) i = skip_heredocs(s, i, n)
            if (two == ";;" ) { i++; if (cases[depth] > 0) { pattern[depth] = 2; continue } }
            if (pattern[depth] != 2 && pattern[depth] != 1) { expecting[depth] = 1; wrapped[depth] = "" }
            continue
        }
        if (c == "&" && substr(s, i + 1, 1) == ">") { end_word(); i++; if (substr(s, i + 1, 1) == ">") i++; target[depth] = 1; continue }
        if (c == "<" || c == ">") {
            if (begun[depth] && word[depth] ~ /^[0-9]+$/) clear()
            end_word()
            three = substr(s, i, 3)
            if (three == "<<<") { i += 2; target[depth] = 1 }
            else if (two == "<<") i = begin_heredoc(s, i, n)
            else if (two == ">&" || two == "<&") { i++; target[depth] = 1 }
            else { if (two == ">>" || two == ">|" || two == "<>") i++; target[depth] = 1 }
            continue
        }
        if (c == "(") {
            if (begun[depth] && word[depth] ~ /=$/) { begun[depth] = 0; push("array"); expecting[depth] = 0; continue }
            if (begun[depth] && substr(s, i + 1, 1) == ")" && expecting[depth]) { report(word[depth], "()"); clear(); i++; expecting[depth] = 1; continue }
            if (!begun[depth] && pattern[depth] == 2) continue
            if (two == "((" ) { i = skip_arithmetic(s, i + 2, n); expecting[depth] = 0; clear(); continue }
            end_word(); push("sub"); continue
        }
        if (c == ")") {
            if (pattern[depth] == 2) { clear(); pattern[depth] = 0; expecting[depth] = 1; continue }
            end_word()
            if (depth > 1) { cases[depth] = 0; depth--; if (!begun[depth]) expecting[depth] = 0 }
            continue
        }
        add(c)
    }
    end_word()
}
# A word within double quotes belongs to the level around them.
function mark_dynamic(    d) { for (d = depth; d > 0 && kind_of[d] ~ /^(dq|brace)$/; d--); dynamic[d] = 1 }
function skip_quote(s, i, n) { for (i++; i <= n && substr(s, i, 1) != "'"; i++) if (substr(s, i, 1) == "\n") line++; return i }
function skip_arithmetic(s, i, n,    open, c) {
    open = 2
    for (; i <= n && open > 0; i++) { c = substr(s, i, 1); if (c == "(") open++; else if (c == ")") open-- }
    return i - 1
}
function begin_heredoc(s, i, n,    text) {
    text = substr(s, i + 2, 200)
    dashed[heredocs + 1] = sub(/^-/, "", text)
    match(text, /^[ ]*['"\\]?[A-Za-z_]+['"]?/)
    heredocs++
    end_mark[heredocs] = substr(text, 1, RLENGTH)
    i += 1 + RLENGTH + dashed[heredocs]
    gsub(/[^A-Za-z_]/, "", end_mark[heredocs])
    return i
}
function skip_heredocs(s, i, n,    h, rest, one, length_of_line) {
    for (h = 1; h <= heredocs; h++)
        while (i < n) {
            rest = substr(s, i + 1, 2000)
            length_of_line = index(rest, "\n")
            if (!length_of_line) length_of_line = length(rest) + 1
            one = substr(rest, 1, length_of_line - 1)
            i += length_of_line; line++
            gsub(/^\t+/, "", one)
            if (one == end_mark[h]) break
        }
    heredocs = 0
    return i
}
function scan_all(    q) {
    line = 1; queue_end = 0
    scan(text_of_file)
    for (q = 1; q <= queue_end; q++) { line = queued_line[q]; scan(queued[q]) }
}

# Commands that run another command, including functions of the tests: how many words come first, and which options take a value.
BEGIN {
    split("exec 0,command 0,env 0,nice 0,sudo 0,nohup 0,timeout 1,setsid 0,xargs 0,stdbuf 0,taskset 1,unshare 0,setarch 0,setpriv 0,strace 0," \
        "chroot 1,bash 0,sh 0,run 0,await 0,start 0,need 0,run_with_deadline 2", pairs, ",")
    for (pair in pairs) { split(pairs[pair], parts, " "); operands[parts[1]] = parts[2]; by_option[parts[1]] = "^--never-one$" }
    by_option["xargs"] = "^-[0rt]*[nPILsda]$"
    by_option["exec"] = "^-a$"
    by_option["env"] = "^-[uC]$"
    by_option["nice"] = "^-n$"
    by_option["sudo"] = "^-u$"
    by_option["timeout"] = "^-[ks]$"
    by_option["stdbuf"] = "^-[ioe]$"
    by_option["strace"] = "^-[a-zA-Z]*[eopEs]$"
    by_option["setpriv"] = "^--(reuid|regid)$"
    by_option["bash"] = by_option["sh"] = "^-[a-z]*c$"
}
FNR == 1 { if (FILENAME_OF) scan_all(); FILENAME_OF = FILENAME; text_of_file = ""; foreign = 0 }
# A later #! begins a script for another interpreter.
FNR > 1 && /^#!/ { foreign = 1 }
!foreign { text_of_file = text_of_file $0 "\n" }
END { if (FILENAME_OF) scan_all() }
