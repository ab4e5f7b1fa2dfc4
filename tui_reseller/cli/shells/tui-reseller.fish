# fish completion for tui-reseller. Whatever is offered comes from the program; it holds no sign that a shell acts on.
function __tui_reseller
    set -l words (commandline -cp | string collect)
    for line in (env _TUI_RESELLER_COMPLETE=fish _TUI_RESELLER_LINE=$words tui-reseller 2>/dev/null)
        set -l part (string split -m 2 \t -- $line)
        switch $part[1]
            case file
                __fish_complete_path (commandline -ct)
            case '*'
                printf '%s\t%s\n' $part[2] "$part[3]"
        end
    end
end
complete --command tui-reseller --no-files --arguments '(__tui_reseller)'
