# Cosines between what the ingredients changed since the branch point.
# 'gnuplot ingredients.gp', here, draws ingredients.svg and ingredients.pdf from ingredients.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'ingredients.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,92 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,0.958333in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'ingredients.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.215377
set rmargin at screen 0.713302
set tmargin at screen 0.913043
set bmargin at screen 0.333333
unset border
unset key
unset logscale
set tics nomirror scale 0
set xrange [0.5:2.5]
set yrange [2.5:0.5]
set xtics ('2' 1, '3' 2) offset 0,0.4 noenhanced
set ytics ('1' 1, '2' 2) offset 0.5,0 noenhanced
set palette defined (0 '#FDE725', 1 '#B5DE2B', 2 '#6ECE58', 3 '#35B779', 4 '#1F9E89', 5 '#26828E', 6 '#31688E', 7 '#3E4A89', 8 '#482878', 9 '#440154')
set cbrange [0:1]
set colorbox user origin screen 0.734049, screen 0.333333 size screen 0.0248963, screen 0.57971 noborder
set cbtics ('0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1) noenhanced
set cbtics offset -0.6,0 scale 0
unset label
unset arrow
set label 'ingredient' at graph 0.5, screen 0.101449 center noenhanced
set label 'ingredient' at screen 0.160914, graph 0.5 center rotate by 90 noenhanced
set label 'cosine' at screen 0.839086, graph 0.5 center rotate by 90 noenhanced
set label '.892' at first 1, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.891' at first 2, first 1 center noenhanced front font small textcolor rgb '#FFFFFF'
set label '.890' at first 2, first 2 center noenhanced front font small textcolor rgb '#FFFFFF'
plot \
    'ingredients.csv' using (of(1, column('column_place'))):(column('row_place')):(column('column_place')-0.5):(column('column_place')+0.5):(column('row_place')-0.5):(column('row_place')+0.5):(cell('cosine')) with boxxyerror fillstyle solid 1 noborder fillcolor palette
set output
