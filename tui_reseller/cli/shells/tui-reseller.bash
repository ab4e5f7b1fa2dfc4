# bash completion for tui-reseller. Whatever is offered comes from the program; it holds no sign that a shell acts on.
_tui_reseller() {
    local line=${COMP_LINE:0:COMP_POINT} kind value more sign breaks="" head=""
    local word=${line##*[[:space:]]}
    # The shell puts what is offered behind the last of these signs (for @ in its place, too), not in that of the word.
    for sign in '@' '=' ':'; do [[ $COMP_WORDBREAKS == *"$sign"* ]] && breaks+=$sign; done
    [[ $breaks ]] && head=${word%"${word##*[$breaks]}"}
    head=${head%@}
    COMPREPLY=()
    while IFS=$'\t' read -r kind value more; do
        case $kind in
            file) compopt -o default 2>/dev/null ;;
            open) compopt -o nospace 2>/dev/null; COMPREPLY+=("${value#"$head"}") ;;
            plain) COMPREPLY+=("${value#"$head"}") ;;
        esac
    done < <(_TUI_RESELLER_COMPLETE=bash _TUI_RESELLER_LINE=$line "$1" 2>/dev/null)
}
complete -o nosort -F _tui_reseller tui-reseller 2>/dev/null || complete -F _tui_reseller tui-reseller
